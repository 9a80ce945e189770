import type { DocumentLink, ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import { occurrencesOf } from '../ide/occurrences';
import { lineRange } from '../locations';
import { fileNamed, includes } from './included-files';
import { placeOf } from './target';

/** The paths of `.include`, `.incbin` and `#include` as links to the files. */
export function registerDocumentLinks(context: ServerContext): ServerCapabilities {
  context.connection.onDocumentLinks(
    answering(async ({ textDocument }) => {
      const place = await placeOf(context, textDocument.uri);
      if (!place) return null;
      const { document, analysis } = place;
      const links: DocumentLink[] = [];
      document.source.lines.forEach((line, number) => {
        if (!line.statements.some(includes)) return;
        for (const { kind, name, start, end } of occurrencesOf(line)) {
          if (kind !== 'string') continue;
          const file = fileNamed(name, document, analysis);
          // Without the quotes.
          if (file !== undefined)
            links.push({ range: lineRange(number, start + 1, end - 1), target: context.workspace.uriOf(file) });
        }
      });
      return links;
    }),
  );
  return { documentLinkProvider: {} };
}
