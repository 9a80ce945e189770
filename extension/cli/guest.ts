import { type BuildResult, buildProgram } from '../../simulator/assembler/build';
import { type Diagnostic, projectOf } from '../../simulator/assembler/index';
import type { DiskImage } from '../../simulator/devices/disk';
import { openDisk, System, type Virtualization } from '../../simulator/hypervisor/system';
import type { Program } from '../../simulator/object/program';
import { openHostFile, readHostFile } from './host-files';
import type { AssemblyOptions, MachineOptions } from './options';
import { UsageError } from './usage';

/** Assembles and links (or loads) what a command names, relative to the working folder. */
export function build({ files, includePaths, defines, march }: AssemblyOptions): Promise<BuildResult> {
  const description = { program: [...files], includePaths, defines, ...(march === undefined ? {} : { march }) };
  return buildProgram(projectOf(description, '', undefined), readHostFile);
}

/** One diagnostic as compilers print it: lines and columns from 1. */
export function formatDiagnostic({ file, range, severity, message }: Diagnostic): string {
  return `${file}:${range.start.line + 1}:${range.start.column + 1}: ${severity}: ${message}`;
}

/** Prints errors and warnings on standard error. */
export function reportProblems(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'error' || diagnostic.severity === 'warning')
      console.error(formatDiagnostic(diagnostic));
  }
}

/** The program of a command that needs one without errors. Prints what is wrong. */
export async function buildOrReport(options: AssemblyOptions): Promise<Program | undefined> {
  const { program, diagnostics } = await build(options);
  reportProblems(diagnostics);
  return program;
}

/** @throws UsageError when an image cannot be opened */
export function openDisks(options: MachineOptions): DiskImage[] {
  return options.disks.map(({ path, write }) => {
    try {
      return openDisk(openHostFile(path, write === 'inPlace'), write);
    } catch (error) {
      throw new UsageError(`disk image: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** @throws ConfigurationError */
export function makeSystem(
  program: Program,
  options: MachineOptions,
  disks: readonly DiskImage[],
  console: (byte: number) => void,
  virtualization: Virtualization = options.virtualization,
): System {
  const { firmware, memory, harts, onIllegal } = options;
  return new System({ virtualization, firmware, memory, harts, disks, onIllegal, console }, program);
}
