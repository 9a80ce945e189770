import assert from 'node:assert/strict';
import type { FindPattern, GuestTest, TestResult } from '../../simulator/guest-tests/index';
import { readTests, TestRun } from '../../simulator/guest-tests/index';
import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { projectOfFile } from '../../simulator/project/index';
import { System, type Virtualization } from '../../simulator/system/system';

export const find: FindPattern = (pattern, text) => new RegExp(pattern, 'mu').test(text);

/** The tests of a file that is right. */
export function testsOf(name: string, text: string): readonly GuestTest[] {
  const { file, problems } = readTests(name, text);
  assert.deepEqual(problems, []);
  return file?.tests ?? [];
}

/** What is wrong with a file, as `line:column: message`, from 1. */
export function problemsOf(name: string, text: string): string[] {
  return readTests(name, text).problems.map(
    ({ range: { start }, message }) => `${start.line + 1}:${start.column + 1}: ${message}`,
  );
}

/** Runs a test on an engine. */
export async function runTest(source: string, test: GuestTest, engine: Virtualization): Promise<TestResult> {
  const { program, defines, diagnostics } = await buildProgram(projectOfFile('guest.S'), async (name) =>
    name === 'guest.S' ? new TextEncoder().encode(source) : undefined,
  );
  assert.ok(program, diagnostics.map(({ message }) => message).join('\n'));
  const makeSystem = (console: (byte: number) => void): System => systemOf(program, test, engine, console);
  const run = new TestRun(test, { program, defines }, { engine, find, makeSystem });
  for (;;) {
    const result = run.step();
    if (result) return result;
  }
}

function systemOf(
  program: Program,
  { machine: { disks: _, bios: __, initrd: ___, ...machine } }: GuestTest,
  virtualization: Virtualization,
  console: (byte: number) => void,
): System {
  const files = { disks: [], bios: undefined, initrd: undefined };
  return new System({ ...machine, ...files, virtualization, bootArguments: undefined, console }, program);
}

/** Runs the only test of a source with annotations, on `none` when nothing else is said. */
export async function runAnnotated(source: string, engine: Virtualization = 'none'): Promise<TestResult> {
  const [test] = testsOf('guest.S', source);
  assert.ok(test);
  return runTest(source, test, engine);
}

/** The messages and details of what went wrong. */
export const told = ({ failures }: TestResult): string[] =>
  failures.flatMap(({ message, details }) => [message, ...details]);
