import path from 'node:path';
import { openHostFile } from '../../host-files/open';
import { readHostFile } from '../../host-files/read';
import { imageLimit, type ReadFile, UnreadableFile } from '../../simulator/assembler/source/read-file';
import type { DiskImage, HostFile } from '../../simulator/devices/disk/disk-image';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { type BuildOptions, type BuildResult, buildGiven } from '../../simulator/project/build';
import {
  type Diagnostic,
  type FoundProject,
  findProjectOf,
  formatDiagnostic,
  type GivenProgram,
  projectOf,
  withLinkPaths,
} from '../../simulator/project/index';
import { hostWordsOf } from '../../simulator/system/host-interface';
import { imageAddress, openDisk, System, type SystemConfiguration } from '../../simulator/system/system';
import type { AssemblyOptions, MachineOptions } from './options';
import { UsageError } from './usage-error';

/** Assembles and links (or loads) what a command names, relative to the working folder, as its `hyperstep.json` says. */
export async function build(
  options: AssemblyOptions,
  machine?: MachineOptions,
  read = readerFor(givenProgram(options)),
  making: BuildOptions = {},
): Promise<BuildResult> {
  const given = givenProgram(options);
  const image = machine && {
    imageAddress: imageAddress(machine.firmware, machine.bios !== undefined),
    loadAddress: machine.loadAddress,
  };
  const how = { ...making, databases: { absolute } };
  return buildGiven({ ...given, ...image }, await projectFileOf(given, read), read, how);
}

/** The most that is read of a stream. */
const streamLimit = 64 * 2 ** 20;

/**
 * Reads files for a command. Those that its words name may be streams, which are read once, and programs as large as a machine's memory;
 * what sources and project files name are regular files.
 */
export function readerFor({ program, linkerScript }: GivenProgram): ReadFile {
  const named = new Set([...program, ...(linkerScript === undefined ? [] : [linkerScript])].map(absolute));
  const readNamed = new Map<string, ReturnType<ReadFile>>();
  return (file) => {
    const key = absolute(file);
    if (!named.has(key)) return readHostFile(file);
    const reading = readNamed.get(key) ?? readHostFile(file, { limit: imageLimit, streamLimit });
    readNamed.set(key, reading);
    return reading;
  };
}

const absolute = (file: string): string => path.resolve(file);

/** What the command line itself states. */
export function givenProgram(options: AssemblyOptions): GivenProgram {
  const { files, includePaths, defines, march, mabi, linkerScript, entry, relax } = options;
  return {
    program: files,
    includePaths,
    defines,
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(linkerScript === undefined ? {} : { linkerScript }),
    ...(entry === undefined ? {} : { entry }),
    ...(relax === undefined ? {} : { relax }),
  };
}

/** The project file of a program; where the program has a relative name, those of its other files are relative too. */
export async function projectFileOf({ program }: GivenProgram, read: ReadFile): Promise<FoundProject | undefined> {
  const found = await findProjectOf({ program: program.map(absolute) }, read);
  if (!found || path.isAbsolute(program[0] ?? '')) return found;
  const relative = (file: string): string => path.relative('', file);
  const { description, folder } = found;
  const { roots, includePaths, linkerScript } = projectOf(description, folder, undefined);
  const words = (given: readonly string[]): string[] =>
    withLinkPaths(given, (file) => relative(path.resolve(folder, file)));
  return {
    ...found,
    file: relative(found.file),
    folder: '',
    description: {
      ...description,
      program: words([description.program ?? roots].flat()),
      linkOptions: words(description.linkOptions ?? []),
      includePaths: includePaths.map(relative),
      ...(linkerScript === undefined ? {} : { linkerScript: relative(linkerScript) }),
    },
  };
}

/** Prints errors and warnings on standard error. */
export function reportProblems(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'error' || diagnostic.severity === 'warning')
      console.error(formatDiagnostic(diagnostic));
  }
}

/** The program of a command that needs one without errors. Prints what is wrong. */
export async function buildOrReport(options: AssemblyOptions, machine?: MachineOptions): Promise<Program | undefined> {
  const { program, diagnostics } = await build(options, machine);
  reportProblems(diagnostics);
  return program;
}

/** Disks as a command or a scenario names them. */
export type NamedDisks = MachineOptions['disks'];

/**
 * @param log sees what is read of each file
 * @throws UsageError when an image cannot be opened
 */
export function openDisks(disks: NamedDisks, log?: (file: HostFile) => HostFile): DiskImage[] {
  return disks.map(({ file: path, write }) => {
    try {
      const file = openHostFile(path, write === 'inPlace');
      return openDisk(log ? log(file) : file, write);
    } catch (error) {
      throw new UsageError(`disk image: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** What lies in memory beside the program. */
export interface GuestFiles {
  readonly disks: readonly DiskImage[];
  readonly bios: Program | undefined;
  readonly initrd: Uint8Array | undefined;
}

/** Opens and reads the files that the machine's options name. @param open opens the disks @throws UsageError */
export async function openFiles(options: MachineOptions, open = openDisks): Promise<GuestFiles> {
  const { bios, initrd } = options;
  return {
    disks: open(options.disks),
    bios: bios === undefined ? undefined : await readBios(bios),
    initrd: initrd === undefined ? undefined : await readGiven('initial RAM disk', initrd),
  };
}

async function readBios(file: string): Promise<Program> {
  const { value, error } = readImage(await readGiven('bios', file), imageAddress('none', false));
  if (!value) throw new UsageError(`bios '${file}': ${error}`);
  return value;
}

/** Reads a file that an option names. @throws UsageError */
export async function readGiven(what: string, file: string): Promise<Uint8Array> {
  const found = await readHostFile(file, { limit: imageLimit, streamLimit });
  if (found instanceof UnreadableFile) throw new UsageError(`the ${what} '${file}' ${found.why}`);
  if (!found) throw new UsageError(`the ${what} '${file}' is not there`);
  return found;
}

/** @throws ConfigurationError */
export function makeSystem(
  program: Program | undefined,
  options: MachineOptions,
  files: GuestFiles,
  console: (byte: number) => void,
  special: Partial<SystemConfiguration> = {},
): System {
  const { disks: _, append: bootArguments, maxInstructions: __, loadAddress: ___, ...machine } = options;
  const hostWords = program && hostWordsOf(program);
  return new System({ ...machine, ...files, bootArguments, hostWords, console, ...special }, program);
}
