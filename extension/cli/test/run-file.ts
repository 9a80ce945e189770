import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type BuiltProgram,
  type FileReport,
  type GuestTest,
  type ReportedTest,
  type TestedProgram,
  type TestResult,
  TestRun,
  testFileSuffix,
} from '../../../simulator/guest-tests/index';
import { ConfigurationError, imageAddress, type Virtualization } from '../../../simulator/system/system';
import { buildDescribed, inFolder } from '../described-program';
import { formatDiagnostic, makeSystem, openFiles } from '../guest';
import type { MachineOptions } from '../options';
import { UsageError } from '../usage-error';
import { findPattern } from './find-pattern';
import type { SelectedTests } from './selection';

/** Endings of sources that a test file may be about without saying so. */
const SOURCES = ['.s', '.S', '.sx', '.asm'];

/** Runs the tests of a file, each on each of its engines. */
export async function runFile({ file, program, tests, problems }: SelectedTests): Promise<FileReport> {
  if (!program) return { file, problems, tests: [] };
  const builder = new Builder(file, program);
  const reported: ReportedTest[] = [];
  const found = new Set<string>();
  for (const test of tests) {
    const built = await builder.build(test);
    if (typeof built === 'string') {
      found.add(built);
      continue;
    }
    for (const engine of test.engines) {
      const began = performance.now();
      const result = await runTest(test, engine, built, path.dirname(file));
      if (typeof result === 'string') found.add(`${placeOf(file, test)}: error: ${test.name} [${engine}]: ${result}`);
      else reported.push({ ...result, seconds: (performance.now() - began) / 1000 });
    }
  }
  return { file, problems: [...found], tests: reported };
}

const placeOf = (file: string, { range: { start } }: GuestTest): string =>
  `${file}:${start.line + 1}:${start.column + 1}`;

/** @returns what came of it, or why there is no machine for it */
async function runTest(
  test: GuestTest,
  engine: Virtualization,
  built: BuiltProgram,
  folder: string,
): Promise<TestResult | string> {
  try {
    const options = machineOf(test, engine, folder);
    const files = await openFiles(options);
    const run = new TestRun(test, built, {
      engine,
      find: findPattern,
      makeSystem: (console) => makeSystem(built.program, options, files, console),
    });
    for (;;) {
      const result = run.step();
      if (result) return result;
      // Signals are heard in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError || error instanceof UsageError)) throw error;
    return error.message;
  }
}

function machineOf({ machine, limit }: GuestTest, virtualization: Virtualization, folder: string): MachineOptions {
  const { bios, initrd } = machine;
  return {
    ...machine,
    virtualization,
    maxInstructions: limit,
    disks: machine.disks.map(({ file, write }) => ({ file: inFolder(folder, file), write })),
    bios: bios === undefined ? undefined : inFolder(folder, bios),
    initrd: initrd === undefined ? undefined : inFolder(folder, initrd),
  };
}

/** Makes the program of a file's tests, once for those for which it is the same. */
class Builder {
  private readonly built = new Map<string, Promise<BuiltProgram | string>>();

  constructor(
    private readonly file: string,
    private readonly program: TestedProgram,
  ) {}

  /** @returns the program, or what is wrong with it, as compilers say it */
  build({ machine }: GuestTest): Promise<BuiltProgram | string> {
    const { firmware, bios, loadAddress } = machine;
    const image = imageAddress(firmware, bios !== undefined);
    const key = `${image} ${loadAddress}`;
    const known = this.built.get(key) ?? this.make(image, loadAddress);
    this.built.set(key, known);
    return known;
  }

  private async make(image: bigint, loadAddress: bigint | undefined): Promise<BuiltProgram | string> {
    const program = this.program.program ?? this.beside();
    if (!program) {
      const [name, ...others] = SOURCES.map((ending) => path.basename(this.file, testFileSuffix) + ending);
      return `${this.file}:1:1: error: "program" is not said, and beside this file there is no ${name} (or ${others.join(', ')})`;
    }
    const described = { ...this.program, program, imageAddress: image, loadAddress };
    const { program: made, diagnostics, defines } = await buildDescribed(described, path.dirname(this.file));
    if (made) return { program: made, defines };
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return errors.map(formatDiagnostic).join('\n');
  }

  /** The source with the same name. */
  private beside(): readonly string[] | undefined {
    const name = path.basename(this.file, testFileSuffix);
    const found = SOURCES.map((ending) => name + ending).find((each) =>
      existsSync(path.join(path.dirname(this.file), each)),
    );
    return found === undefined ? undefined : [found];
  }
}
