import type { Diagnostic } from '../source/diagnostic';
import type { SourceText } from '../syntax/source';
import type { Line } from '../syntax/statement';
import { Unit } from '../unit/unit';
import { Expander } from './expander';
import type { FileAccess } from './file-access';
import type { Macro } from './macros';

/** Problems that a statement has by itself, whatever stands around it. */
const ownProblems: ReadonlySet<string> = new Set([
  'statement',
  'unknown-instruction',
  'unknown-directive',
  'operand-count',
  'operands',
  'operand',
  'operand-range',
  'unknown-register',
  'invalid-expression',
  'misplaced-relocation',
  'junk',
]);

/** Directives that begin, divide or end a block, or change what the statements after them mean. */
const structural = /^\.(macro|endm|rept|irpc?|endr|if\w*|else\w*|endif|include|option|altmacro|noaltmacro|purgem|end)$/;

const noFiles: FileAccess = {
  isIncomplete: false,
  source: () => undefined,
  bytes: () => undefined,
  miss: () => undefined,
};

/** What is known of the program that the lines are part of. */
export interface Surroundings {
  readonly march: string;
  readonly macros: readonly Macro[];
  /** Whether a word is a name that the preprocessor replaces. */
  isDefined(word: string): boolean;
}

/**
 * What is wrong with the statements of lines `from` up to and with `to` by themselves: an answer that need not wait for the program.
 * Undefined when it takes the program to say.
 */
export function checkStatements(
  source: SourceText,
  from: number,
  to: number,
  { march, macros, isDefined }: Surroundings,
): Diagnostic[] | undefined {
  const lines = source.lines.slice(from, to + 1);
  // A string that goes on over its line may have them in it.
  for (let before = 0; before < from; before++) if (source.lines[before]!.continues === 'string') return undefined;
  if (!lines.every((line) => standsAlone(line, source.preprocessed, isDefined))) return undefined;
  const unit = new Unit(source.path, { march });
  const expander = new Expander(unit, noFiles, new Map());
  // What a call expands to is not looked at.
  for (const macro of macros) expander.define({ ...macro, body: [] });
  expander.start(source.part(from, to + 1));
  // One step at least, or no call would come to an end.
  while (expander.advance(lines.length + 1)) {}
  return unit.diagnostics
    .filter(({ code }) => ownProblems.has(code))
    .map((diagnostic) => ({ ...diagnostic, range: below(diagnostic.range, from) }));
}

function standsAlone(line: Line, preprocessed: boolean, isDefined: (word: string) => boolean): boolean {
  if (line.startsInComment || line.endsInComment || line.continues !== 'none' || line.text.includes('\\')) return false;
  if (line.statements.some(({ kind, key }) => kind === 'preprocessor' || structural.test(key))) return false;
  return !preprocessed || !(line.text.match(/[A-Za-z_]\w*/g) ?? []).some(isDefined);
}

function below({ start, end }: Diagnostic['range'], lines: number): Diagnostic['range'] {
  return { start: { ...start, line: start.line + lines }, end: { ...end, line: end.line + lines } };
}
