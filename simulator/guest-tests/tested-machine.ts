import type { HostFile } from '../devices/disk/disk-image';
import { readImage } from '../object/image';
import type { Program } from '../object/program';
import { hostWordsOf } from '../system/host-interface';
import type { MachineSettings } from '../system/machine-options';
import { imageAddress, openDisk, System, type SystemConfiguration, type Virtualization } from '../system/system';
import type { BuiltProgram } from './tested-guest';

/** The files that a machine of a test is made with. */
export interface MachineFiles {
  /** @param what the file is, in words @throws MachineFileError */
  read(what: string, file: string): Promise<Uint8Array>;
  /** @throws MachineFileError */
  openDisk(file: string): Promise<HostFile>;
}

/** A file that a machine is made with cannot be used. */
export class MachineFileError extends Error {}

/** Makes machines for a program, each with a console of its own. @throws MachineFileError */
export async function testedMachine(
  { program }: BuiltProgram,
  settings: MachineSettings,
  virtualization: Virtualization,
  files: MachineFiles,
): Promise<(console: SystemConfiguration['console']) => System> {
  const { append: bootArguments, loadAddress: _, bios, initrd, disks, ...machine } = settings;
  const images = [];
  for (const { file, write } of disks) images.push(openDisk(await files.openDisk(file), write));
  const made = {
    ...{ ...machine, virtualization, bootArguments, disks: images },
    bios: bios === undefined ? undefined : biosOf(bios, await files.read('bios', bios)),
    initrd: initrd === undefined ? undefined : await files.read('initial RAM disk', initrd),
    hostWords: hostWordsOf(program),
  };
  return (console) => new System({ ...made, console }, program);
}

function biosOf(file: string, bytes: Uint8Array): Program {
  const { value, error } = readImage(bytes, imageAddress('none', false));
  if (!value) throw new MachineFileError(`bios '${file}': ${error}`);
  return value;
}
