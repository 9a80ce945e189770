import { applyEdits, modify } from 'jsonc-parser';
import type { ClientCapabilities, Diagnostic, TextDocumentEdit, WorkspaceEdit } from 'vscode-languageserver';
import { folderOf, joinPath, projectFileName, SourceText } from '../../ide/assembly';
import type { Document, Workspace } from '../../ide/workspace';
import { lineRange } from '../../locations';

/** A fix that may change other files than the document. */
export interface WorkspaceFix {
  readonly title: string;
  readonly edit: WorkspaceEdit;
}

/** Headers that are offered. */
const most = 5;

/** A header that is not found: those of the workspace with its name, by their folder in `hyperstep.json` or by their path. */
export async function fixMissingInclude(
  workspace: Workspace,
  client: ClientCapabilities,
  { key, uri, source }: Document,
  { range: { start } }: Diagnostic,
): Promise<readonly WorkspaceFix[]> {
  const line = source.lines[start.line]?.text ?? '';
  const written = /["<]([^">]+)[">]/.exec(line);
  if (!written) return [];
  const [quoted, path = ''] = written;
  const headers = (await workspace.headers.candidates(path, key)).slice(0, most);
  const folders = headers.length > 0 ? headers.map(({ folder }) => folder) : [`${workspace.rootOf(key)}/include`];
  const stated = await Promise.all(
    folders.map((folder) => includePathEdit(workspace, client, key, folder, headers.length > 0)),
  );
  const direct = headers.map((header): WorkspaceFix => {
    const relative = relativePath(folderOf(key), header.key);
    const newText = `"${relative}"`;
    const edit = { range: lineRange(start.line, written.index, written.index + quoted.length), newText };
    return { title: `Include '${relative}'`, edit: { changes: { [uri]: [edit] } } };
  });
  return [...stated.flatMap((fix) => fix ?? []), ...direct];
}

/** Names a folder in the `includePaths` of the project file near a source, which is made where there is none. */
async function includePathEdit(
  workspace: Workspace,
  client: ClientCapabilities,
  source: string,
  folder: string,
  isThere: boolean,
): Promise<WorkspaceFix | undefined> {
  const found = await workspace.projectFileOf(source);
  const file = found?.file ?? `${workspace.rootOf(source)}/${projectFileName}`;
  const relative = relativePath(folderOf(file), folder);
  const title = `Add '${relative}' to the include paths in ${projectFileName}${isThere ? '' : ', to be changed there'}`;
  const uri = workspace.uriOf(file);
  const { documentChanges, resourceOperations } = client.workspace?.workspaceEdit ?? {};
  if (found) {
    const before = found.text;
    const list = found.description.includePaths;
    const edits = modify(
      before,
      list ? ['includePaths', list.length] : ['includePaths'],
      list ? relative : [relative],
      {
        isArrayInsertion: list !== undefined,
        formattingOptions: { insertSpaces: true, tabSize: 2 },
      },
    );
    const after = applyEdits(before, edits);
    const lines = SourceText.parse(file, before).lines;
    const whole = {
      start: { line: 0, character: 0 },
      end: { line: lines.length - 1, character: lines.at(-1)!.text.length },
    };
    return { title, edit: { changes: { [uri]: [{ range: whole, newText: after }] } } };
  }
  if (!documentChanges || !resourceOperations?.includes('create')) return undefined;
  const text = `${JSON.stringify({ includePaths: [relative] }, undefined, 2)}\n`;
  const insert: TextDocumentEdit = {
    textDocument: { uri, version: null },
    edits: [{ range: lineRange(0, 0, 0), newText: text }],
  };
  return { title, edit: { documentChanges: [{ kind: 'create', uri, options: { ignoreIfExists: true } }, insert] } };
}

/** The path of a file, or folder, seen from a folder. */
function relativePath(folder: string, path: string): string {
  const [from, to] = [joinPath('', folder).split('/'), joinPath('', path).split('/')];
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  const names = [...from.slice(shared).map(() => '..'), ...to.slice(shared)];
  return names.length > 0 ? names.join('/') : '.';
}
