import { errorLine } from '../assembler/source/error-line';
import { folderOf } from '../assembler/source/paths';
import type { HostFile } from '../devices/disk/disk-image';
import { ConfigurationError, type Virtualization } from '../system/system';
import type { GuestTest, TestedProgram } from './guest-test';
import { filesIn } from './machine-files';
import type { FileReport, ReportedTest } from './report/report';
import type { TestResult } from './result';
import type { TestHost } from './test-host';
import { TestRun } from './test-run';
import type { BuiltProgram } from './tested-guest';
import { MachineFileError, testedMachine } from './tested-machine';
import { ProgramOfTests } from './tested-program';

/** The tests of a file that are wanted. */
export interface SelectedTests {
  readonly file: string;
  /** Undefined where the file cannot be understood. */
  readonly program: TestedProgram | undefined;
  /** Each with the engines on which it is wanted. */
  readonly tests: readonly GuestTest[];
  /** As compilers print them. */
  readonly problems: readonly string[];
}

/** Somebody who follows a run of tests. */
export interface RunFollower {
  /** Asked between two slices: once it is so, nothing more is run. */
  readonly isCancelled: boolean;
  began(test: GuestTest, engine: Virtualization): void;
  ended(test: GuestTest, result: ReportedTest): void;
  /** @param problem why a test could not be tried on an engine, as compilers say it */
  refused(test: GuestTest, engine: Virtualization, problem: string): void;
}

const NOBODY: RunFollower = { isCancelled: false, began: () => {}, ended: () => {}, refused: () => {} };

/** Runs the tests of a file, each on each of its engines. */
export async function runFile(
  { file, program, tests, problems }: SelectedTests,
  host: TestHost,
  follower: RunFollower = NOBODY,
): Promise<FileReport> {
  if (!program) return { file, problems, tests: [] };
  const programs = new ProgramOfTests(file, program, host);
  const reported: ReportedTest[] = [];
  const found = new Set<string>();
  for (const test of tests) {
    for (const engine of test.engines) {
      if (follower.isCancelled) break;
      follower.began(test, engine);
      const began = host.now();
      const built = await programs.build(test);
      const result = typeof built === 'string' ? built : await runTest(test, engine, built, file, host, follower);
      if (result === undefined) break;
      if (typeof result === 'string') {
        found.add(result);
        follower.refused(test, engine, result);
        continue;
      }
      const ended = { ...result, seconds: (host.now() - began) / 1000 };
      reported.push(ended);
      follower.ended(test, ended);
    }
  }
  return { file, problems: [...found], tests: reported };
}

/** @returns what came of it, why there is no machine for it, or nothing where it was cancelled */
async function runTest(
  test: GuestTest,
  engine: Virtualization,
  built: BuiltProgram,
  file: string,
  host: TestHost,
  follower: RunFollower,
): Promise<TestResult | string | undefined> {
  const images: HostFile[] = [];
  try {
    const makeSystem = await testedMachine(built, test.machine, engine, filesIn(folderOf(file), host, images));
    const run = new TestRun(test, built, { engine, find: host.find, makeSystem });
    while (!follower.isCancelled) {
      const result = run.step();
      if (result) return result;
      await host.giveWay();
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError || error instanceof MachineFileError)) throw error;
    return errorLine(file)({ range: test.range, message: `${test.name} [${engine}]: ${error.message}` });
  } finally {
    for (const image of images) image.close?.();
  }
}
