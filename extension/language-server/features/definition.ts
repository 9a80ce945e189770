import type { Location, ServerCapabilities } from 'vscode-languageserver';
import { candidatePaths } from '../assembly';
import { locationOf } from '../locations';
import { checked } from '../params';
import type { ServerContext } from '../server';
import { type Target, targetOf } from './target';

/** Go to definition: labels, set symbols, macros, `#define`, and included files. */
export function registerDefinition(context: ServerContext): ServerCapabilities {
  context.connection.onDefinition(
    checked('position', async (params) => {
      const target = await targetOf(context, params);
      return target ? definitionsOf(context, target) : null;
    }),
  );
  return { definitionProvider: true };
}

function definitionsOf({ workspace }: ServerContext, { document, analysis, position, word }: Target): Location[] {
  if (word.kind === 'string') return includedFile();
  return analysis
    .same(word, document.key, position.line)
    .filter(({ occurrence }) => occurrence.definition)
    .map(({ key, line, occurrence }) => locationOf(workspace.uriOf(key), line, occurrence.start, occurrence.end));

  function includedFile(): Location[] {
    const statement = document.source.lines[position.line]?.statements.find(
      ({ start, end }) => start <= word.start && word.end <= end,
    );
    if (!statement || !/^\.?(include|incbin)$/.test(statement.key)) return [];
    const path = word.name.replace(/^"|"$/g, '');
    const candidates = candidatePaths(path, document.key, analysis.project.includePaths, false);
    const key = candidates.find((candidate) => analysis.files.has(candidate));
    return key === undefined ? [] : [locationOf(workspace.uriOf(key), 0, 0, 0)];
  }
}
