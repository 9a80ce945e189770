import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { ReadFile } from '../../simulator/assembler/build';
import type { HostFile } from '../../simulator/devices/disk';

/** Reads a file of this computer; undefined when it is not there or cannot be read. */
export const readHostFile: ReadFile = async (path) => {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return undefined;
  }
};

/** Opens a disk image. @throws Error when it cannot be opened */
export function openHostFile(path: string, writable: boolean): HostFile {
  const descriptor = openSync(path, writable ? 'r+' : 'r');
  const status = fstatSync(descriptor);
  if (!status.isFile()) {
    closeSync(descriptor);
    throw new Error(`'${path}' is not a file`);
  }
  return {
    size: status.size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = readSync(descriptor, bytes, done, length - done, offset + done);
        if (count === 0) break; // the file became shorter: the rest reads as zeros
        done += count;
      }
      return bytes;
    },
    write(offset, bytes) {
      for (let done = 0; done < bytes.length; )
        done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
    },
  };
}
