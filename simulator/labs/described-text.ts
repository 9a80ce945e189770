import type { TSchema } from '@sinclair/typebox';
import { nearest } from '../assembler/source/diagnostic';
import { JsonText } from '../scenario/json-text';
import { briefly, type Path, problemsOf, quotedPath } from '../schema/problems';
import type { LabProblem } from './lab';

/** Characters of a text: more than anybody writes, and soon read. */
const LONGEST_TEXT = 2 ** 20;
/** As many problems as somebody reads. */
export const MOST_PROBLEMS = 100;
/** Characters of a name that a message has. */
const LONGEST_NAME = 60;

/** A text that is what a schema describes, or what is wrong with it. @param whole what messages call it */
export function describedText(schema: TSchema, text: string, whole: string): JsonText | readonly LabProblem[] {
  const start = { line: 0, column: 0 };
  if (text.length > LONGEST_TEXT)
    return [{ range: { start, end: start }, message: `${whole} has more than ${LONGEST_TEXT} characters` }];
  // Editors do not count the mark of a file's encoding.
  const read = JsonText.read(text.replace(/^\uFEFF/, ''));
  if (!(read instanceof JsonText))
    return sorted(
      read.map(({ range, path, text: what }) => ({
        range,
        message: path.length > 0 ? inWords(path, what, whole) : what,
      })),
    );
  const found = problemsOf(schema, read.value);
  if (found.length === 0) return read;
  return sorted(
    found.slice(0, MOST_PROBLEMS).map(({ path, about, text: what, known, ofName }) => ({
      range: read.rangeOf(path, ofName ? 'name' : 'value'),
      message: inWords(about, known ? unknownName(path, known) : what, whole),
    })),
  );
}

/** In the order of the text, and not more than anybody reads. */
export function sorted(problems: readonly LabProblem[]): readonly LabProblem[] {
  return [...problems]
    .sort(({ range: { start: a } }, { range: { start: b } }) => a.line - b.line || a.column - b.column)
    .slice(0, MOST_PROBLEMS);
}

/** What is wrong at a path, in words. */
export function inWords(about: Path, text: string, whole: string): string {
  const names = about.map((part) => (typeof part === 'string' ? part.slice(0, LONGEST_NAME) : part));
  return `${quotedPath(names, whole)} ${text}`;
}

function unknownName(path: Path, known: readonly string[]): string {
  const name = String(path.at(-1));
  const [meant] = nearest(name, known);
  const hint = meant === undefined ? `; there are ${known.join(', ')}` : `: is ${JSON.stringify(meant)} meant?`;
  return `has nothing called ${briefly(name)}${hint}`;
}
