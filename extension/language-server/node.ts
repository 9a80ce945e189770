/** The language server on standard input and output, for desktop VS Code and any other client. */
import { readdir, realpath } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { readHostFile } from '../../host-files/read';
import { editedLimit } from '../../simulator/assembler/read-file';
import { keyOf } from './locations';
import { startServer } from './server';
import { askCompiler } from './toolchain';
import type { FileReader } from './workspace';

const disk: FileReader = {
  askCompiler,
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

// Each edit of a long source makes tens of megabytes anew; left alone, the heap grows to several times what is in use.
setFlagsFromString('--heap-growing-percent=70');

startServer(
  (options) => {
    // The library ends the process when its input does.
    const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout, options);
    // Nothing may take the server down: what goes wrong is said in the client's log.
    for (const event of ['unhandledRejection', 'uncaughtException'])
      process.on(event, (error: unknown) =>
        connection.console.error(error instanceof Error ? `${error.stack}` : String(error)),
      );
    return connection;
  },
  () => disk,
);
