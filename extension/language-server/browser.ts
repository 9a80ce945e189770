/** The language server in a worker of a browser. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { decodeBase64 } from '../../simulator/object/bytes/base64';
import type { FolderEntry } from './ide/file-reader';
import { listFolderRequest, readFileRequest } from './protocol';
import { startServer } from './server';

// In a worker `self` is its global scope; the types of the DOM call it a window.
const scope = self as unknown as Worker & typeof self;

startServer(
  (options) => createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope), options),
  (connection) => ({
    async read(uri) {
      const contents = await connection.sendRequest<string | null>(readFileRequest, { uri });
      return typeof contents === 'string' ? decodeBase64(contents) : undefined;
    },
    async list(uri) {
      return (await connection.sendRequest<FolderEntry[] | null>(listFolderRequest, { uri })) ?? undefined;
    },
  }),
);
