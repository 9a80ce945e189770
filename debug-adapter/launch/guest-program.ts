import type { ReadFile } from '../../simulator/assembler/source/read-file';
import { type BuildResult, buildGiven } from '../../simulator/project/build';
import { type Diagnostic, findProjectOf, joinPath, withLinkPaths } from '../../simulator/project/index';
import { plural } from '../format';
import type { ProgramDiagnostic } from '../protocol';
import { RequestError } from '../request-error';
import { bytesOf } from './launch-files';

/** What is said of a guest's program: in a launch configuration, or of a virtual machine in a scenario. */
export interface GuestProgram {
  /** Absolute paths. */
  readonly program: readonly string[];
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly march?: string | undefined;
  readonly mabi?: 'lp64' | 'lp64f' | 'lp64d' | 'lp64q' | undefined;
  readonly linkerScript?: string | undefined;
  readonly linkOptions: readonly string[];
  readonly relax?: boolean | undefined;
  readonly loadAddress?: bigint | undefined;
}

/** From where it is seen, and where it is put. */
export interface ProgramPlace {
  /** Where relative paths begin. */
  readonly folder: string;
  /** Above which no project file is looked for. */
  readonly projectRoot: string | undefined;
  /** Of a flat binary. */
  readonly imageAddress: bigint;
}

/** A program with errors: nothing is started. */
export class ProgramError extends RequestError {
  constructor(
    message: string,
    readonly diagnostics: readonly ProgramDiagnostic[],
  ) {
    super(message);
  }
}

/** Assembles and links it, again on every call. @throws RequestError when a file of it is not there */
export async function buildProgram(
  { program, includePaths, defines, march, mabi, linkerScript, linkOptions, relax, loadAddress }: GuestProgram,
  { folder, projectRoot, imageAddress }: ProgramPlace,
  read: ReadFile,
): Promise<BuildResult> {
  for (const file of program) {
    bytesOf(`the program '${file}'`, await read(file));
  }
  const given = {
    program,
    includePaths: includePaths.map((path) => joinPath(folder, path)),
    defines,
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(linkerScript === undefined ? {} : { linkerScript: joinPath(folder, linkerScript) }),
    ...(linkOptions.length === 0 ? {} : { linkOptions: withLinkPaths(linkOptions, (path) => joinPath(folder, path)) }),
    ...(relax === undefined ? {} : { relax }),
    imageAddress,
    loadAddress,
  };
  return buildGiven(given, await findProjectOf(given, read, projectRoot), read, {
    databases: { root: projectRoot },
  });
}

/** What is wrong with a program, or with those of several guests. @param whose they are, at the beginning of a sentence: `the guest` */
export function programErrorOf(diagnostics: readonly Diagnostic[], whose: string): ProgramError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const where = first ? `; the first: ${first.file}:${first.range.start.line + 1}: ${first.message}` : '';
  return new ProgramError(
    `${whose} has ${plural(errors.length, 'error')}, nothing was started${where}`,
    diagnostics.map(({ file, range, severity, code, message }) => ({
      path: file,
      range: { start: { ...range.start }, end: { ...range.end } },
      severity,
      code,
      message,
    })),
  );
}
