import { bindArguments, expandLine, type Parameter, scrub } from '../../../../simulator/assembler/expand/macros';
import type { Macro, Statement } from '../assembly';
import { code, paragraphs } from './markdown';

/** Lines of a body that a hover shows. */
const shownLines = 20;

export function parameterText({ name, required, variable, default: value }: Parameter): string {
  return `${name}${required ? ':req' : variable ? ':vararg' : ''}${value ? `=${value}` : ''}`;
}

export function macroHead({ name, parameters }: Macro): string {
  return `.macro ${name} ${parameters.map(parameterText).join(', ')}`.trim();
}

/** A macro's definition, and what a call makes of its body. */
export function describeMacro(macro: Macro, comment: string, call?: Statement): string {
  const body = macro.body.map(({ text }) => `    ${text}`);
  const expansion = call && expandedCall(macro, call);
  return paragraphs([
    code([macroHead(macro), ...shortened(body), '.endm'].join('\n')),
    comment,
    expansion && `This call:\n${code(shortened(expansion).join('\n'))}`,
  ]);
}

function shortened(lines: readonly string[]): readonly string[] {
  return lines.length > shownLines ? [...lines.slice(0, shownLines), '    # ...'] : lines;
}

/** The body with the arguments of a call; undefined when they do not fit, or there is nothing to replace. */
function expandedCall(macro: Macro, call: Statement): string[] | undefined {
  if (macro.parameters.length === 0) return undefined;
  const values = bindArguments(macro, scrub(call.operandText));
  if (!(values instanceof Map)) return undefined;
  return macro.body.map((line) => expandLine(line, values, 0)?.parsed.text ?? line.text);
}
