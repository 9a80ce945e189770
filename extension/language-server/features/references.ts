import type { ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import { locationsOf } from './definition';
import { targetOf } from './target';

/** Find all references, in every file of the program. */
export function registerReferences(context: ServerContext): ServerCapabilities {
  context.connection.onReferences(
    answering(async (params) => {
      const target = await targetOf(context, params);
      if (!target) return null;
      const { document, analysis, position, word } = target;
      const withDeclaration = params.context?.includeDeclaration === true;
      const found = analysis
        .same(word, document.key, position.line)
        .filter(({ occurrence }) => withDeclaration || !occurrence.definition);
      return locationsOf(context, found);
    }),
  );
  return { referencesProvider: true };
}
