import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { HostFile } from '../simulator/devices/disk';
import type { Host } from './host';

export interface NodeHostOptions {
  /** The folder that has `simulator/`. */
  readonly root: string;
  readonly isCongested: () => boolean;
  readonly exit: () => void;
}

/** The adapter on a computer, under Node. */
export function nodeHost({ root, isCongested, exit }: NodeHostOptions): Host {
  return {
    async readFile(file) {
      try {
        return new Uint8Array(readFileSync(file));
      } catch {
        return undefined;
      }
    },
    openDisk: async (file, writable) => openFile(file, writable),
    vmmSourcePath: (file) => path.join(root, file),
    yieldTo: (next) => void setImmediate(next),
    later: (milliseconds, next) => void setTimeout(next, milliseconds),
    now: () => performance.now(),
    isCongested,
    // Files are written as the guest writes its disk.
    save: async () => undefined,
    exit,
  };
}

function openFile(file: string, writable: boolean): HostFile {
  const descriptor = openSync(file, writable ? 'r+' : 'r');
  const status = fstatSync(descriptor);
  if (!status.isFile()) {
    closeSync(descriptor);
    throw new Error('it is no file');
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
  };
}
