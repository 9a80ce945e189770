import { type FileReading, imageLimit, UnreadableFile } from '../../simulator/assembler/source/read-file';
import type { DiskImage } from '../../simulator/devices/disk/disk-image';
import { joinPath } from '../../simulator/project/index';
import { openDisk } from '../../simulator/system/system';
import { messageOf } from '../format';
import { RequestError } from '../request-error';
import type { Host } from '../transport/host';

/** The files beside its program that a launch names, seen from a folder. */
export class LaunchFiles {
  constructor(
    private readonly host: Host,
    private readonly folder: string,
  ) {}

  pathOf(file: string): string {
    return joinPath(this.folder, file);
  }

  /** @param what it is, in words: `initrd` @throws RequestError when it is not there, or cannot be read */
  async read(what: string, file: string): Promise<Uint8Array> {
    return bytesOf(`the ${what} '${file}'`, await this.host.readFile(this.pathOf(file), imageLimit));
  }

  /** @throws RequestError */
  async disk({ file, write }: { readonly file: string; readonly write: 'copy' | 'inPlace' }): Promise<DiskImage> {
    const path = this.pathOf(file);
    try {
      return openDisk(await this.host.openDisk(path, write === 'inPlace'), write);
    } catch (error) {
      throw new RequestError(`the disk image '${path}' cannot be opened: ${messageOf(error)}`);
    }
  }
}

/** @throws RequestError when a file is not there, or cannot be read */
export function bytesOf(what: string, found: FileReading): Uint8Array {
  if (found instanceof UnreadableFile) throw new RequestError(`${what} cannot be read: it ${found.why}`);
  if (!found) throw new RequestError(`${what} cannot be read: it is not there`);
  return found;
}
