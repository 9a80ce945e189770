import { closeSync, fstatSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { SparseBytes } from '../simulator/object/bytes/sparse-bytes';

/** Writes a file with room for zeros that nobody wrote down. @throws Error when it cannot be written */
export function writeSparseFile(path: string, contents: SparseBytes): void {
  const { size, pieces } = contents;
  const descriptor = openSync(path, 'w');
  try {
    if (fstatSync(descriptor).isFile()) {
      for (const { offset, bytes } of pieces)
        for (let done = 0; done < bytes.length; )
          done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
      ftruncateSync(descriptor, size);
    } else writeFileSync(descriptor, contents.slice());
  } finally {
    closeSync(descriptor);
  }
}
