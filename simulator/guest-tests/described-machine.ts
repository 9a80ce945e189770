import { joinPath } from '../assembler/source/paths';
import { imageLimit, UnreadableFile } from '../assembler/source/read-file';
import type { HostFile } from '../devices/disk/disk-image';
import { readImage } from '../object/image';
import type { Program } from '../object/program';
import type { MachineSettings } from '../system/machine-options';
import { imageAddress, openDisk, type SystemConfiguration, type Virtualization } from '../system/system';
import type { TestHost } from './test-host';

/** Where the files of a machine come from. */
export type MachineFiles = Pick<TestHost, 'readFile' | 'openDisk'>;

/** A file that somebody names for a machine cannot be used. */
export class MachineFileError extends Error {}

/**
 * The machine that somebody describes.
 * @param folder from which its files are seen @param images of its disks
 * @throws MachineFileError
 */
export async function machineOf(
  machine: MachineSettings,
  virtualization: Virtualization,
  folder: string,
  host: MachineFiles,
  images: readonly HostFile[],
): Promise<Omit<SystemConfiguration, 'console'>> {
  const { disks, bios, initrd, append: bootArguments, loadAddress: _, ...settings } = machine;
  return {
    ...settings,
    virtualization,
    bootArguments,
    disks: images.map((image, index) => openDisk(image, disks[index]?.write ?? 'copy')),
    bios: bios === undefined ? undefined : biosOf(bios, await readNamed('bios', folder, bios, host)),
    initrd: initrd === undefined ? undefined : await readNamed('initial RAM disk', folder, initrd, host),
  };
}

/** @throws MachineFileError */
export async function openImage(folder: string, file: string, host: MachineFiles): Promise<HostFile> {
  try {
    return await host.openDisk(joinPath(folder, file));
  } catch (error) {
    throw new MachineFileError(`disk image: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function biosOf(file: string, bytes: Uint8Array): Program {
  const { value, error } = readImage(bytes, imageAddress('none', false));
  if (!value) throw new MachineFileError(`bios '${file}': ${error}`);
  return value;
}

async function readNamed(what: string, folder: string, file: string, host: MachineFiles): Promise<Uint8Array> {
  const path = joinPath(folder, file);
  const found = await host.readFile(path, imageLimit);
  if (found instanceof UnreadableFile) throw new MachineFileError(`the ${what} '${path}' ${found.why}`);
  if (!found) throw new MachineFileError(`the ${what} '${path}' is not there`);
  return found;
}
