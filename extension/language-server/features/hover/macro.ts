import { macroAround } from '../../ide/blocks';
import { commentAt } from '../../ide/comments';
import { describeMacro, parameterText } from '../../ide/descriptions/macro';
import type { Target } from '../target';

/** A macro's definition and what this call makes of it. */
export function hoverMacro({ analysis, word, document, position }: Target): string | undefined {
  const macro = analysis.macroNamed(word.name);
  if (!macro) return undefined;
  const source = analysis.source(macro.file);
  const comment = source ? commentAt(source, macro.line) : '';
  const call = document.source.lines[position.line]?.statements.find(({ start }) => start === word.start);
  return describeMacro(macro, comment, word.definition ? undefined : call);
}

/** A macro's parameter, as its definition has it. */
export function hoverParameter({ analysis, word, document, position }: Target): string | undefined {
  const around = macroAround(document.source, position.line);
  if (!around) return undefined;
  const macro = [...analysis.macros.values()].find(({ file, line }) => file === document.key && line === around.first);
  const parameter = macro?.parameters.find(({ name }) => name === word.name);
  if (!macro || !parameter) return undefined;
  const facts = [
    parameter.required && 'must be given',
    parameter.variable && 'takes all arguments that are left',
    parameter.default !== '' && `\`${parameter.default}\` when it is not given`,
  ].filter((fact) => fact !== false);
  const what = facts.length > 0 ? `: ${facts.join(', ')}` : '';
  return `Parameter \`${parameterText(parameter)}\` of macro **${macro.name}**${what}`;
}
