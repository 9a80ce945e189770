import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { objectOf, type Variant } from '../../../simulator/labs/index';
import { RISCV_COMPILERS } from '../../riscv-compilers';

/** As the Makefiles of variants have it, which a test holds: code that runs wherever it is put, and leaves gp alone. */
export const COMPILE_OPTIONS = [
  ...['-g', '-O1', '-Wall', '-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany'],
  ...['-ffreestanding', '-fno-pic', '-fno-stack-protector', '-msmall-data-limit=0'],
];

export const NO_COMPILER = `no C compiler for RISC-V was found (${RISCV_COMPILERS.join(', ')}): install one, or do the lab in assembly, which needs none`;

/** The first of the usual compilers that is there. */
export function foundCompiler(): string | undefined {
  return RISCV_COMPILERS.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/**
 * Compiles a variant in its student's own folder, as its Makefile would. Where that fails no object file is left: one of an earlier source would
 * be checked, debugged and handed in as if it were of this one.
 * @returns what is wrong with the source, or why it is not compiled; undefined where the object file is there now
 */
export function compileVariant(folder: string, variant: Variant): string | undefined {
  const { source } = variant;
  if (!existsSync(path.join(folder, source))) return `${source} is not there`;
  const compiler = foundCompiler();
  if (compiler === undefined) return NO_COMPILER;
  const object = objectOf(variant);
  try {
    rmSync(path.join(folder, object), { force: true });
  } catch (error) {
    return `${object} cannot be replaced: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { status, stderr, error } = spawnSync(compiler, [...COMPILE_OPTIONS, '-c', '-o', object, source], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return `${compiler} makes no object file of ${source}:\n${error?.message ?? stderr.trimEnd()}`;
}
