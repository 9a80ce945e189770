import type { ServerCapabilities } from 'vscode-languageserver';
import { locationOf } from '../locations';
import { checked } from '../params';
import type { ServerContext } from '../server';
import { targetOf } from './target';

/** Find all references, in every file of the program. */
export function registerReferences(context: ServerContext): ServerCapabilities {
  context.connection.onReferences(
    checked('position', async (params) => {
      const target = await targetOf(context, params);
      if (!target) return null;
      const { document, analysis, position, word } = target;
      return analysis
        .same(word, document.key, position.line)
        .filter(({ occurrence }) => params.context?.includeDeclaration || !occurrence.definition)
        .map(({ key, line, occurrence }) =>
          locationOf(context.workspace.uriOf(key), line, occurrence.start, occurrence.end),
        );
    }),
  );
  return { referencesProvider: true };
}
