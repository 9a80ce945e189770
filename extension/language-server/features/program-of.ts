import type { ServerCapabilities } from 'vscode-languageserver';
import type { ServerContext } from '../context';
import { keyOf } from '../ide/keys';
import type { ProgramOfParams } from '../param-schemas';
import { type ProgramOf, programOfRequest } from '../protocol';

/** Which files are linked together with a file. */
export function registerProgramOf({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onRequest(programOfRequest, async ({ uri }: ProgramOfParams): Promise<ProgramOf> => {
    const files = await workspace.filesLinkedWith(keyOf(uri));
    return { files: files.map((file) => workspace.uriOf(file)) };
  });
  return {};
}
