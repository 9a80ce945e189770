import { CompletionItemKind } from 'vscode-languageserver';
import type { Analysis } from '../../ide/analysis';
import { folderOf, joinPath } from '../../ide/assembly';
import type { Document, Workspace } from '../../ide/workspace';
import type { Offer } from './item';

/** Files and folders that a path may go on with: seen from the file itself, and from the include folders. */
export async function pathOffers(
  workspace: Workspace,
  { key }: Document,
  analysis: Analysis | undefined,
  path: string,
  angled: boolean,
): Promise<Offer[]> {
  const typed = path.slice(0, path.lastIndexOf('/') + 1);
  const folders = [...(angled ? [] : [folderOf(key)]), ...(analysis?.project.includePaths ?? [])];
  const offers = new Map<string, Offer>();
  for (const [index, folder] of folders.entries()) {
    for (const entry of await workspace.list(joinPath(folder, typed === '' ? '.' : typed.replace(/\/$/, '')))) {
      const { name, folder: isFolder } = entry;
      if (name.startsWith('.') || offers.has(name)) continue;
      offers.set(name, {
        label: isFolder ? `${name}/` : name,
        kind: isFolder ? CompletionItemKind.Folder : CompletionItemKind.File,
        ...(index === 0 && !angled ? {} : { description: folder.slice(folder.lastIndexOf('/') + 1) }),
        rank: isFolder ? 1 : 0,
        goesOn: isFolder,
      });
    }
  }
  return [...offers.values()];
}
