import { MarkupKind, type ServerCapabilities } from 'vscode-languageserver';
import { csrNamed, csrNumbered } from '../../../../simulator/isa';
import { answering } from '../../answering';
import type { ServerContext } from '../../context';
import { literal, type Statement } from '../../ide/assembly';
import { fittingCandidate } from '../../ide/candidates';
import { describeHypercallNumbered } from '../../ide/descriptions/hypercall';
import { describeMnemonic } from '../../ide/descriptions/instruction';
import {
  describeCsr,
  describeDirective,
  describeExtension,
  describeFenceSet,
  describeRegister,
  describeRelocation,
  describeRoundingMode,
} from '../../ide/descriptions/names';
import { describeNumber } from '../../ide/descriptions/number';
import { hypercallNumberOf } from '../../ide/hypercall-at';
import { placedCode } from '../../ide/placed-code';
import { lineRange } from '../../locations';
import { type Target, targetOf } from '../target';
import { hoverDefine } from './define';
import { hoverMacro, hoverParameter } from './macro';
import { hoverInclude, hoverSection } from './section';
import { hoverNumericLabel, hoverSymbol } from './symbol';

/** What the word under the pointer means, and what it came to. */
export function registerHover(context: ServerContext): ServerCapabilities {
  context.connection.onHover(
    answering(async (params) => {
      const target = await targetOf(context, params);
      const value = target && describe(target);
      if (!target || !value) return null;
      const { word, position } = target;
      return { contents: { kind: MarkupKind.Markdown, value }, range: lineRange(position.line, word.start, word.end) };
    }),
  );
  return { hoverProvider: true };
}

function describe(target: Target): string | undefined {
  const { word } = target;
  switch (word.kind) {
    case 'instruction':
      return hoverInstruction(target);
    case 'directive':
      return describeDirective(word.name);
    case 'register':
      return describeRegister(word.name);
    case 'csr':
      return describeCsr(word.name);
    case 'relocation':
      return describeRelocation(word.name);
    case 'number':
      return hoverHypercall(target) ?? describeNumber(word.name);
    case 'string':
      return word.name.startsWith("'") ? describeNumber(word.name) : hoverInclude(target);
    case 'section':
      return hoverSection(target);
    case 'numeric-label':
      return hoverNumericLabel(target);
    case 'parameter':
      return hoverParameter(target);
    case 'call':
      return hoverMacro(target) ?? hoverDefine(target);
    case 'keyword':
      return hoverKeyword(target);
    case 'symbol':
    case 'define':
      return hoverDefine(target) ?? hoverSymbol(target);
    default:
      return undefined;
  }
}

/** The number of a hypercall, where it is loaded for one. */
function hoverHypercall({ word, document, position }: Target): string | undefined {
  const statements = document.source.lines[position.line]?.statements ?? [];
  const statement = statements.filter(({ start }) => start <= word.start).at(-1);
  const number = statement && hypercallNumberOf(document.source, position.line, statement);
  return number === undefined ? undefined : describeHypercallNumbered(number);
}

function hoverInstruction(target: Target): string | undefined {
  const { word, document, analysis, position } = target;
  const statement = document.source.lines[position.line]?.statements.find(({ start }) => start === word.start);
  if (!statement) return describeMnemonic(word.name);
  // A macro may have an instruction's name.
  const macro = hoverMacro(target);
  if (macro) return macro;
  return describeMnemonic(word.name, {
    form: fittingCandidate(statement),
    csr: csrOf(statement),
    placed: placedCode(analysis, document.key, position.line, statement),
  });
}

/** An extension in `.option arch, +zba`, a set of a fence, or a rounding mode. */
function hoverKeyword({ word, document, position }: Target): string | undefined {
  const { statements } = document.source.lines[position.line]!;
  const statement = statements.filter(({ start }) => start <= word.start).at(-1);
  if (!statement) return undefined;
  const { key, text, operandsStart } = statement;
  if (key === '.option') return word.name === 'arch' ? undefined : describeExtension(word.name);
  if (key.startsWith('.')) return undefined;
  if (key !== 'fence') return describeRoundingMode(word.name);
  return describeFenceSet(word.name, text.slice(operandsStart, word.start).includes(',') ? 'successor' : 'predecessor');
}

/** The CSR that a statement names or numbers. */
function csrOf(statement: Statement): ReturnType<typeof csrNamed> {
  const index = fittingCandidate(statement)?.pattern.slots.findIndex(({ kind }) => kind === 'csr') ?? -1;
  const expression = statement.operands[index]?.expression;
  if (!expression) return undefined;
  if (expression.kind === 'symbol') return csrNamed(expression.name);
  const number = literal(expression);
  return number === undefined ? undefined : csrNumbered(Number(number));
}
