import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { openHostFile } from '../../host-files/open';
import { readHostFile } from '../../host-files/read';
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
    readFile: (file, limit) => readHostFile(file, limit === undefined ? {} : { limit }),
    openDisk: async (file, writable) => openHostFile(file, writable),
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
