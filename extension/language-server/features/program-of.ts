import type { ServerCapabilities } from 'vscode-languageserver';
import { keyOf } from '../locations';
import { type ProgramOf, type ProgramOfParams, programOfRequest } from '../protocol';
import type { ServerContext } from '../server';

/** Which files are linked together with a file. */
export function registerProgramOf({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onRequest(programOfRequest, async ({ uri }: ProgramOfParams): Promise<ProgramOf> => {
    const files = await workspace.filesLinkedWith(keyOf(uri));
    return { files: files.map((file) => workspace.uriOf(file)) };
  });
  return {};
}
