import { UnreadableFile } from '../assembler/source/read-file';
import type { GuestTest, TestFile } from '../guest-tests/guest-test';
import { readTests } from '../guest-tests/read-tests';
import type { Failure, TestResult } from '../guest-tests/result';
import { TestRun } from '../guest-tests/test-run';
import { ConfigurationError } from '../system/configuration-error';
import type { Virtualization } from '../system/system';
import type { CheckedParts, Checking } from './checking';
import { CHECKS } from './checks-folder';
import type { CountedTest } from './lab';
import { INSTRUCTOR_CHECKS } from './lab-files';
import { Unusable } from './lab-programs';
import { noteRun } from './replay';
import type { PartResult } from './result';

/** Lines of details that somebody reads of a test. */
const MOST_DETAILS = 20;
/** Characters of such a line. */
const LONGEST_DETAIL = 300;

/** Runs the tests of a task over the student's files. */
export async function checkTests(
  file: string,
  counted: readonly CountedTest[],
  checking: Checking,
): Promise<CheckedParts> {
  const found = await readTestFile(CHECKS, file, checking);
  if (!found) return { tried: false, parts: counted.map((each) => lost(each, [])) };
  const parts: PartResult[] = [];
  const problems = new Set<string>();
  const partOf = async (pointed: Pointed): Promise<PartResult> => {
    const test = found.tests.find(({ name }) => name === pointed.name);
    if (test) return checkTest(pointed, test, found, checking, problems);
    checking.fault(`checks/${file}: there is no test ${JSON.stringify(pointed.name)}`);
    return lost(pointed, []);
  };
  for (const each of counted) {
    let part = await partOf(each);
    for (const other of each.also) {
      if (part.points < part.of) break;
      const { points, of, help, details } = await partOf({ ...other, points: 1 });
      if (points < of) part = { ...part, points: 0, help, details: [`${other.name}:`, ...details] };
    }
    parts.push(part);
  }
  return { tried: true, parts, problem: problemOf(problems) };
}

/** Runs the further tests of an instructor's file, each for a point. */
export async function checkFurther(file: string, checking: Checking): Promise<CheckedParts> {
  const found = await readTestFile(INSTRUCTOR_CHECKS, file, checking);
  if (!found) return { tried: false, parts: [] };
  const parts: PartResult[] = [];
  const problems = new Set<string>();
  for (const test of found.tests) {
    parts.push(await checkTest({ name: test.name, points: 1, help: '' }, test, found, checking, problems));
  }
  return { tried: true, parts, problem: problemOf(problems) };
}

async function readTestFile(folder: string, file: string, checking: Checking): Promise<TestFile | undefined> {
  const { files, fault } = checking;
  const bytes = await (folder === CHECKS ? files.checks(file) : files.instructor?.read(file));
  if (!(bytes instanceof Uint8Array)) {
    fault(`${folder}${file} ${bytes instanceof UnreadableFile ? bytes.why : 'is not there'}`);
    return undefined;
  }
  const read = readTests(file, new TextDecoder().decode(bytes));
  for (const { range, message } of read.problems)
    fault(`${folder}${file}:${range.start.line + 1}:${range.start.column + 1}: ${message}`);
  if (read.file?.program.program !== undefined) return read.file;
  if (read.file) fault(`${folder}${file}: "program" is not said`);
  return undefined;
}

/** A test with its points, and what helps. */
type Pointed = Pick<CountedTest, 'name' | 'points' | 'help'>;

const lost = ({ name, points, help }: Pointed, details: readonly string[]): PartResult => ({
  ...{ name, points: 0, of: points, help: help || undefined },
  details: shortened(details).map((line) =>
    line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}...` : line,
  ),
});

function shortened(details: readonly string[]): readonly string[] {
  if (details.length <= MOST_DETAILS) return details;
  return [...details.slice(0, MOST_DETAILS), `... and ${details.length - MOST_DETAILS} lines more`];
}

/** What keeps tests from being tried is told once, however many they are. */
const problemOf = (problems: ReadonlySet<string>): string | undefined =>
  problems.size === 0 ? undefined : [...problems].join('\n');

/** What is told of a guest that goes on where a test wants its end: what the lab says of the test may be about something else that is right. */
const ENDLESS = 'The guest does not end: see where it stands.';

/** It counts when it passes on each of its engines. @param problems to which is added what keeps it from being tried */
async function checkTest(
  counted: Pointed,
  test: GuestTest,
  { program }: TestFile,
  checking: Checking,
  problems: Set<string>,
): Promise<PartResult> {
  const built = await checking.programs.build(program, test.machine);
  const untried = ({ why }: Unusable): PartResult => {
    problems.add(why);
    return lost({ ...counted, help: '' }, []);
  };
  if (built instanceof Unusable) return untried(built);
  const details: string[] = [];
  let { help } = counted;
  for (const engine of test.engines) {
    const made = await checking.programs.machine(built, test.machine, engine);
    if (made instanceof Unusable) return untried(made);
    try {
      let ended = (): void => {};
      const makeSystem: typeof made = (console) => {
        const system = made(console);
        if (checking.noteRun) ended = noteRun(`${test.name} [${engine}]`, system, checking.noteRun);
        return system;
      };
      const run = new TestRun(test, built, { engine, find: checking.find, makeSystem });
      const result = await resultOf(run, checking);
      ended();
      if (result.outcome === 'passed') continue;
      if (result.outcome === 'limit') help = endlessHelp(counted, result);
      details.push(...inWords(result, engine));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      details.push(`[${engine}] ${error.message}`);
    }
  }
  if (details.length > 0) return lost({ ...counted, help }, details);
  return { name: counted.name, points: counted.points, of: counted.points, help: undefined, details: [] };
}

/** What the lab says of the test helps where more is missing than the end. */
const endlessHelp = ({ help }: Pointed, { failures }: TestResult): string =>
  failures.length > 1 && help !== '' ? `${ENDLESS} ${help}` : ENDLESS;

async function resultOf(run: TestRun, { pause }: Checking): Promise<TestResult> {
  for (;;) {
    const result = run.step();
    if (result) return result;
    await pause();
  }
}

function inWords({ failures }: TestResult, engine: Virtualization): string[] {
  return failures.flatMap(({ message, details, place }: Failure) => {
    const where = place ? ` (${place.file}:${place.line + 1})` : '';
    return [
      `[${engine}] ${message}${message.includes(':') && where !== '' ? '' : where}`,
      ...details.map((line) => `  ${line}`),
    ];
  });
}
