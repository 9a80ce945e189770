import path from 'node:path';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import { readTests, type SelectedTests } from '../../../simulator/guest-tests/index';
import type { Virtualization } from '../../../simulator/system/system';
import type { FoundFile } from './find-tests';

/** Which tests are wanted: all where nothing is said. */
export interface Wanted {
  /** A part of a test's name, or of its file's. */
  readonly filter: string | undefined;
  readonly engine: Virtualization | undefined;
}

export function readFile({ file, text }: FoundFile, { filter, engine }: Wanted): SelectedTests {
  const read = readTests(path.basename(file), text);
  if (!read.file) return { file, program: undefined, tests: [], problems: read.problems.map(errorLine(file)) };
  const { program, tests } = read.file;
  const selected = tests
    .filter(({ name }) => filter === undefined || name.includes(filter) || file.includes(filter))
    .map((test) => ({ ...test, engines: test.engines.filter((each) => engine === undefined || each === engine) }))
    .filter(({ engines }) => engines.length > 0);
  return { file, program, tests: selected, problems: [] };
}

/** The names of tests with their engines, a line each. */
export function listOf({ file, tests }: SelectedTests): string {
  return tests.map(({ name, engines }) => `${file}: ${name} [${engines.join(', ')}]\n`).join('');
}
