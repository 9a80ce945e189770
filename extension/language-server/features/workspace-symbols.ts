import type { ServerCapabilities, SymbolInformation } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import { type IndexedPlace, matchScore } from '../ide/index/workspace-index';
import { locationOf } from '../locations';
import { symbolKinds } from './document-symbols';

/** More than anyone looks through. */
const most = 500;

/** Go to symbol in workspace: by letters that stand in the name in this order, in the files of open programs and in all of the index. */
export function registerWorkspaceSymbols(context: ServerContext): ServerCapabilities {
  const { connection, workspace, index } = context;
  connection.onWorkspaceSymbol(
    answering(async ({ query }) => {
      const open = await openFiles(context);
      const indexed = index.search(query, most).filter(({ key }) => !open.has(key));
      const found = [...namesIn(context, open, query), ...indexed];
      const wanted = query.toLowerCase();
      const scored = found.map((place) => ({ place, score: matchScore(place.name, wanted) ?? 0 }));
      scored.sort((a, b) => b.score - a.score);
      return scored.slice(0, most).map(
        ({ place: { kind, name, key, line, start, end } }): SymbolInformation => ({
          name,
          kind: symbolKinds[kind === 'label' ? 'function' : kind],
          location: locationOf(workspace.uriOf(key), line, start, end),
          containerName: key.slice(key.lastIndexOf('/') + 1),
        }),
      );
    }),
  );
  return { workspaceSymbolProvider: true };
}

/** The files of the programs of open documents. Their texts may be newer than what the index read. */
async function openFiles({ workspace }: ServerContext): Promise<Set<string>> {
  const files = new Set<string>();
  for (const { uri } of [...workspace.documents]) {
    const analysis = workspace.latestAnalysisOf(uri) ?? (await workspace.analysisOf(uri));
    for (const key of analysis?.files ?? []) files.add(key);
  }
  return files;
}

function namesIn({ workspace }: ServerContext, files: Iterable<string>, query: string): IndexedPlace[] {
  const wanted = query.toLowerCase();
  const found: IndexedPlace[] = [];
  for (const key of files) {
    const names = workspace.indexOf(key);
    if (!names) continue;
    for (const [name, definitions] of [...names.symbols, ...names.macros, ...names.defines]) {
      if (name.startsWith('.L') || matchScore(name, wanted) === undefined) continue;
      for (const definition of definitions) {
        const { kind, start, end } = definition;
        found.push({ kind, name: definition.name, key, line: names.lineOf(definition), start, end });
        if (found.length > 4 * most) return found;
      }
    }
  }
  return found;
}
