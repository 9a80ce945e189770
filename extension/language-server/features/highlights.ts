import { DocumentHighlightKind, type ServerCapabilities } from 'vscode-languageserver';
import { lineRange } from '../locations';
import { checked } from '../params';
import type { ServerContext } from '../server';
import { targetOf } from './target';

/** The same word elsewhere in the document; a definition counts as a write. */
export function registerHighlights(context: ServerContext): ServerCapabilities {
  context.connection.onDocumentHighlight(
    checked('position', async (params) => {
      const target = await targetOf(context, params);
      if (!target || target.word.kind === 'string' || target.word.kind === 'keyword') return null;
      const { document, analysis, position, word } = target;
      const found = analysis.same(word, document.key, position.line).filter(({ key }) => key === document.key);
      return found.map(({ line, occurrence }) => ({
        range: lineRange(line, occurrence.start, occurrence.end),
        kind: occurrence.definition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
      }));
    }),
  );
  return { documentHighlightProvider: true };
}
