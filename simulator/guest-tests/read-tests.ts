import { nearest } from '../assembler/source/diagnostic';
import { JsonText } from '../scenario/json-text';
import { briefly, type Path, type Problem, problemsOf, quotedPath } from '../schema/problems';
import { readAnnotations } from './annotations';
import type { Described } from './described';
import type { ReadTests, TestProblem } from './guest-test';
import { LONGEST_TEXT, testFileSuffix } from './marks';
import { Resolution } from './resolve';
import { type TestFileDescription, testFileSchema } from './test-options';

/** As many problems as somebody reads. */
const MOST_PROBLEMS = 100;
/** More tests than anybody writes in a file. */
const MOST_TESTS = 1000;

/** Reads what a file says of tests: one of tests alone, or an assembly source by its annotations. @param name of the file, without its folder */
export function readTests(name: string, text: string): ReadTests {
  const start = { line: 0, column: 0 };
  if (text.length > LONGEST_TEXT)
    return refused([{ range: { start, end: start }, message: `the file has more than ${LONGEST_TEXT} characters` }]);
  const described = describedBy(name, text);
  if ('value' in described) return readDescribed(described, name);
  return refused(described);
}

function describedBy(name: string, text: string): Described | readonly TestProblem[] {
  if (!name.endsWith(testFileSuffix)) return readAnnotations(name, text);
  // Editors do not count the mark of a file's encoding.
  const read = JsonText.read(text.replace(/^\uFEFF/, ''));
  if (read instanceof JsonText) return read;
  return read.map(({ range, path, text: what }) => ({
    range,
    message: path.length > 0 ? `${quotedPath(path, '')} ${what}` : what,
  }));
}

function readDescribed(described: Described, name: string): ReadTests {
  const found = problemsOf(testFileSchema, described.value);
  if (found.length > 0) return refused(found.map((problem) => placed(problem, described)));
  const count = described.namesAt(['tests']).length;
  if (count > MOST_TESTS)
    return refused([
      { range: described.rangeOf(['tests']), message: `a file has at most ${MOST_TESTS} tests, not ${count}` },
    ]);
  // The schema says so.
  const description = described.value as TestFileDescription;
  const resolution = new Resolution(described, name);
  const file = resolution.fileOf(description);
  return resolution.problems.length > 0 ? refused(resolution.problems) : { file, problems: [] };
}

function refused(problems: readonly TestProblem[]): ReadTests {
  const sorted = [...problems].sort(
    ({ range: { start: a } }, { range: { start: b } }) => a.line - b.line || a.column - b.column,
  );
  return { file: undefined, problems: sorted.slice(0, MOST_PROBLEMS) };
}

function placed({ path, about, text, known, ofName }: Problem, described: Described): TestProblem {
  const range = described.rangeOf(path, ofName ? 'name' : 'value');
  return { range, message: inWords(about, known ? unknownName(path, known) : text) };
}

/** Who writes a name that there is not is told which is meant. */
function unknownName(path: Path, known: readonly string[]): string {
  const name = String(path.at(-1));
  const [meant] = nearest(name, known);
  const hint = meant === undefined ? `; there are ${known.join(', ')}` : `: is ${JSON.stringify(meant)} meant?`;
  return `has nothing called ${briefly(name)}${hint}`;
}

/** Characters of a name that a message has. */
const LONGEST_NAME = 60;

/** What is wrong at a path, in words. */
export function inWords(about: Path, text: string): string {
  const names = about.map((part) => (typeof part === 'string' ? part.slice(0, LONGEST_NAME) : part));
  return `${quotedPath(names, 'the test file')} ${text}`;
}
