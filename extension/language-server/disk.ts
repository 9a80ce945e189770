import { readdir, realpath } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readHostFile } from '../../host-files/read';
import { editedLimit } from '../../simulator/assembler/source/read-file';
import type { FileReader } from './ide/file-reader';
import { keyOf } from './ide/keys';

/** The files of this computer. */
export const disk: FileReader = {
  async read(uri, within) {
    if (!uri.startsWith('file:')) return undefined;
    const real = await realpath(fileURLToPath(uri));
    if (!(await isWithin(real, within))) return undefined;
    return readHostFile(real, { limit: editedLimit });
  },
  async list(uri, within) {
    if (!uri.startsWith('file:')) return undefined;
    const real = await realpath(fileURLToPath(uri));
    if (!(await isWithin(real, within))) return undefined;
    const entries = await readdir(real, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
  },
};

async function isWithin(real: string, within: readonly string[] | undefined): Promise<boolean> {
  if (!within) return true;
  const folders = await Promise.all(within.map(realFolder));
  const key = `${keyOf(pathToFileURL(real).href)}/`;
  return folders.some((folder) => folder !== undefined && key.startsWith(`${folder}/`));
}

async function realFolder(key: string): Promise<string | undefined> {
  try {
    return keyOf(pathToFileURL(await realpath(fileURLToPath(encodeURI(key)))).href);
  } catch {
    return undefined;
  }
}
