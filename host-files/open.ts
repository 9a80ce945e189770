import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { HostFile } from '../simulator/devices/disk/disk-image';
import { whyNotRegular } from './read';

/** Opens a disk image, of which parts are read and written. @throws Error when it cannot be opened */
export function openHostFile(path: string, writable: boolean): HostFile {
  // Before it is opened: a pipe that nobody writes to would keep us waiting.
  const kind = whyNotRegular(statSync(path));
  if (kind !== undefined) throw new Error(`'${path}' ${kind}`);
  const descriptor = openSync(path, writable ? 'r+' : 'r');
  const status = fstatSync(descriptor);
  if (!status.isFile()) {
    closeSync(descriptor);
    throw new Error(`'${path}' ${whyNotRegular(status)}`);
  }
  return {
    size: status.size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
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
    close: () => closeSync(descriptor),
  };
}
