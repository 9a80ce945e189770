import {
  type FileReading,
  imageLimit,
  type ReadFile,
  UnreadableFile,
} from '../../simulator/assembler/source/read-file';
import type { DiskImage } from '../../simulator/devices/disk/disk-image';
import { CombinedProgram } from '../../simulator/object/combined';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { type BuildResult, buildGiven } from '../../simulator/project/build';
import { type Diagnostic, findProjectOf, folderOf, joinPath, withLinkPaths } from '../../simulator/project/index';
import { hostWordsOf } from '../../simulator/system/host-interface';
import { ConfigurationError, imageAddress, openDisk, System } from '../../simulator/system/system';
import { Debuggee } from '../debuggee';
import { messageOf, plural } from '../format';
import { SourcePresence } from '../program/source-presence';
import { mapPath } from '../program/sources';
import type { ProgramDiagnostic } from '../protocol';
import { RequestError } from '../request-error';
import type { Host } from '../transport/host';
import type { CheckedLaunch } from './launch-checks';

/** A program with errors: nothing is started. */
export class ProgramError extends RequestError {
  constructor(
    message: string,
    readonly diagnostics: readonly ProgramDiagnostic[],
  ) {
    super(message);
  }
}

/**
 * Makes a machine with the guest that a launch configuration names: assembles it (again, on every call), opens its disks.
 * @throws RequestError
 */
export async function load(launch: CheckedLaunch, host: Host, console: (byte: number) => void): Promise<Debuggee> {
  if (launch.scenario)
    throw new RequestError('"scenario" cannot be debugged yet: its form is right, and nothing runs it here');
  const images = new Set(launch.program);
  const read: ReadFile = (path) => host.readFile(path, images.has(path) ? imageLimit : undefined);
  const built = await build(launch, read);
  const { program } = built;
  if (!program) throw problemsOf(built.diagnostics);
  const folder = folderOf(launch.program[0] ?? '');
  const disks = await Promise.all(launch.disks.map(({ file, write }) => open(host, joinPath(folder, file), write)));
  const named = async (what: 'bios' | 'initrd', file: string): Promise<Uint8Array> => {
    const path = joinPath(folder, file);
    return bytesOf(`the ${what} '${file}'`, await host.readFile(path, imageLimit));
  };
  const bios = launch.bios === undefined ? undefined : readBios(launch.bios, await named('bios', launch.bios));
  const initrd = launch.initrd === undefined ? undefined : await named('initrd', launch.initrd);
  const combined = new CombinedProgram(program);
  for (const { file, ...where } of launch.symbols) {
    const path = joinPath(folder, file);
    const bytes = bytesOf(`the symbol file '${file}'`, await host.readFile(path, imageLimit));
    const { error } = combined.add({ bytes, ...where });
    if (error !== undefined) throw new RequestError(`the symbol file '${file}' cannot be used: ${error}`);
  }
  try {
    const { virtualization, firmware, memory, harts, devices, append: bootArguments, onIllegal } = launch;
    const { vmids, vmmTime, time, seed, translation, hartOptions } = launch;
    const guest = { disks, devices, bios, initrd, bootArguments };
    const machine = { vmids, vmmTime, time, seed, translation, hartOptions, hostWords: hostWordsOf(program) };
    const system = new System(
      { virtualization, firmware, memory, harts, ...guest, ...machine, onIllegal, console },
      program,
    );
    // The guest's first instruction is the one after the boot ROM.
    system.passResetVector();
    if (launch.console === 'debugConsole') system.closeInput();
    const debugged = combined.program;
    const sources = new SourcePresence(built.sources.keys(), async (file) => {
      return (await read(mapPath(file, launch.sourceMap))) instanceof Uint8Array;
    });
    return new Debuggee(system, debugged, launch, sources, built.defines);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new RequestError(error.message);
    if (error instanceof RangeError)
      throw new RequestError(`this computer has no room for the machine's memory: ${error.message}`);
    throw error;
  }
}

/** @throws RequestError when a file is not there, or cannot be read */
function bytesOf(what: string, found: FileReading): Uint8Array {
  if (found instanceof UnreadableFile) throw new RequestError(`${what} cannot be read: it ${found.why}`);
  if (!found) throw new RequestError(`${what} cannot be read: it is not there`);
  return found;
}

/** @throws RequestError */
function readBios(file: string, bytes: Uint8Array): Program {
  const { value, error } = readImage(bytes, imageAddress('none', false));
  if (!value) throw new RequestError(`the bios '${file}' cannot be loaded: ${error}`);
  return value;
}

async function build(launch: CheckedLaunch, read: ReadFile): Promise<BuildResult> {
  for (const file of launch.program) {
    bytesOf(`the program '${file}'`, await read(file));
  }
  const { program, includePaths, defines, march, mabi, linkerScript, linkOptions, relax, projectRoot } = launch;
  // Relative paths are seen from the folder of the guest.
  const folder = folderOf(program[0] ?? '');
  const given = {
    program,
    includePaths: includePaths.map((path) => joinPath(folder, path)),
    defines,
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(linkerScript === undefined ? {} : { linkerScript: joinPath(folder, linkerScript) }),
    ...(linkOptions.length === 0 ? {} : { linkOptions: withLinkPaths(linkOptions, (path) => joinPath(folder, path)) }),
    ...(relax === undefined ? {} : { relax }),
    imageAddress: imageAddress(launch.firmware, launch.bios !== undefined),
    loadAddress: launch.loadAddress,
  };
  return buildGiven(given, await findProjectOf(given, read, projectRoot), read, {
    databases: { root: projectRoot },
  });
}

async function open(host: Host, file: string, write: 'copy' | 'inPlace'): Promise<DiskImage> {
  try {
    return openDisk(await host.openDisk(file, write === 'inPlace'), write);
  } catch (error) {
    throw new RequestError(`the disk image '${file}' cannot be opened: ${messageOf(error)}`);
  }
}

function problemsOf(diagnostics: readonly Diagnostic[]): ProgramError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const where = first ? `; the first: ${first.file}:${first.range.start.line + 1}: ${first.message}` : '';
  return new ProgramError(
    `the guest has ${plural(errors.length, 'error')}, nothing was started${where}`,
    diagnostics.map(({ file, range, severity, code, message }) => ({
      path: file,
      range: { start: { ...range.start }, end: { ...range.end } },
      severity,
      code,
      message,
    })),
  );
}
