import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { readHostFile } from '../../../host-files/read';
import { type FileReading, type ReadFile, UnreadableFile } from '../../../simulator/assembler/source/read-file';

/** Bytes of a file of a lab: sources and small images. */
const MOST_BYTES = 2 ** 20;

/**
 * Reads files of a folder and nothing else: no name in a path leads above it, and what a symbolic link leads to is not read, wherever that is.
 * Who changes the folder meanwhile is not one who is to be kept from anything.
 */
export function confinedReader(folder: string): ReadFile {
  return async (file): Promise<FileReading> => {
    const names = file.split('/');
    if (file === '' || path.isAbsolute(file) || names.some((name) => name === '..' || name.includes('\0')))
      return new UnreadableFile('is outside the folder, and not read');
    let at = folder;
    for (const name of names) {
      at = path.join(at, name);
      const found = await lstat(at).catch(() => undefined);
      if (!found) return undefined;
      if (found.isSymbolicLink()) return new UnreadableFile('is a symbolic link, and not read');
    }
    return readHostFile(at, { limit: MOST_BYTES });
  };
}
