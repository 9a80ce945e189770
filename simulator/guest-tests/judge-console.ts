import type { ConsoleExpectation } from './guest-test';
import type { Failure } from './result';
import { quoted } from './words';

/** Finds a regular expression in a text, as far as that takes no longer than its caller has patience for: undefined then. */
export type FindPattern = (pattern: string, text: string) => boolean | undefined;

/** What of a console is not as expected. */
export function judgeConsole(
  { kind, text, range }: ConsoleExpectation,
  printed: string,
  find: FindPattern,
): Failure | undefined {
  const failure = (message: string, details: readonly string[]): Failure => ({
    range,
    message,
    details,
    place: undefined,
  });
  switch (kind) {
    case 'is':
      return printed === text
        ? undefined
        : { ...differs(text, printed, failure), texts: { expected: text, came: printed } };
    case 'contains':
      if (printed.includes(text)) return undefined;
      return failure('console: what it should contain is not there', [`expected: ${quoted(text)}`, ...cameOf(printed)]);
    case 'lacks': {
      const at = printed.indexOf(text);
      if (at < 0) return undefined;
      const line = lineAt(printed, at);
      return failure(`console: it contains in line ${line.number} what it should not`, [
        `unwanted: ${quoted(text)}`,
        `came:     ${quoted(line.text)}`,
      ]);
    }
    case 'matches': {
      const found = find(text, printed);
      if (found) return undefined;
      if (found === undefined)
        return failure('console: looking for the regular expression takes too long', [`pattern:  /${text}/`]);
      return failure('console: the regular expression matches nowhere', [`expected: /${text}/`, ...cameOf(printed)]);
    }
  }
}

function differs(
  expected: string,
  printed: string,
  failure: (message: string, details: readonly string[]) => Failure,
): Failure {
  let at = 0;
  while (at < expected.length && at < printed.length && expected[at] === printed[at]) at++;
  const [wanted, came] = [lineAt(expected, at), lineAt(printed, at)];
  const where = `line ${wanted.number}, column ${at - wanted.start + 1}`;
  const how =
    at === expected.length
      ? `more is printed than expected, from ${where} on`
      : at === printed.length
        ? `it ends in ${where}, and more is expected`
        : `it differs in ${where}`;
  return failure(`console: ${how}`, [`expected: ${quoted(wanted.text)}`, `came:     ${quoted(came.text)}`]);
}

/** Lines of what came that a message shows: the last ones. */
const SHOWN = 5;

function cameOf(printed: string): string[] {
  if (printed === '') return ['came:     nothing'];
  const lines = printed.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const shown = lines.slice(-SHOWN).map((line, index) => `${index === 0 ? 'came:    ' : '         '} ${quoted(line)}`);
  return lines.length > SHOWN ? [...shown, `          (the last ${SHOWN} of ${lines.length} lines)`] : shown;
}

interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  /** With its line break. */
  readonly text: string;
}

function lineAt(text: string, at: number): TextLine {
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', start);
  return {
    number: text.slice(0, start).split('\n').length,
    start,
    text: text.slice(start, end < 0 ? text.length : end + 1),
  };
}
