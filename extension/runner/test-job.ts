import { readTests, runFile } from '../../simulator/guest-tests/index';
import { baseName } from '../../simulator/project/index';
import type { JobSurroundings } from './job';
import type { TestJob } from './protocol';

/** Runs the tests of a file that are wanted. @throws Error where the file says no tests that can be understood */
export async function runTestJob(
  { file, text, wanted }: TestJob,
  { host, isCancelled, tell }: JobSurroundings,
): Promise<void> {
  const read = readTests(baseName(file), text);
  if (!read.file) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  const { program, tests } = read.file;
  const selected = wanted.flatMap(({ name, engines }) =>
    tests
      .filter((test) => test.name === name)
      .map((test) => ({ ...test, engines: test.engines.filter((engine) => engines.includes(engine)) })),
  );
  await runFile({ file, program, tests: selected, problems: [] }, host, {
    get isCancelled() {
      return isCancelled();
    },
    began: ({ name }, engine) => tell({ kind: 'began', test: { name, engine } }),
    ended: ({ name }, result) => tell({ kind: 'ended', test: { name, engine: result.engine }, result }),
    refused: ({ name }, engine, problem) => tell({ kind: 'refused', test: { name, engine }, problem }),
  });
}
