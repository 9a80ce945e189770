import { DocumentHighlightKind, type ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { SourceText } from '../ide/assembly';
import type { Occurrence } from '../ide/occurrences';
import { registerAccess } from '../ide/register-access';
import { lineRange } from '../locations';
import { targetOf } from './target';

/** The same word elsewhere in the document: what defines it or writes the register is a write. */
export function registerHighlights(context: ServerContext): ServerCapabilities {
  context.connection.onDocumentHighlight(
    answering(async (params) => {
      const target = await targetOf(context, params);
      if (!target || target.word.kind === 'string' || target.word.kind === 'keyword') return null;
      const { document, analysis, position, word } = target;
      const found = analysis.same(word, document.key, position.line).filter(({ key }) => key === document.key);
      return found.map(({ line, occurrence }) => ({
        range: lineRange(line, occurrence.start, occurrence.end),
        kind: kindOf(document.source, line, occurrence),
      }));
    }),
  );
  return { documentHighlightProvider: true };
}

function kindOf({ lines }: SourceText, line: number, { kind, start, definition }: Occurrence): DocumentHighlightKind {
  if (kind !== 'register') return definition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read;
  const statement = lines[line]?.statements.find(({ operandsStart, end }) => operandsStart <= start && start <= end);
  const access = statement && registerAccess(statement, start);
  if (!access) return DocumentHighlightKind.Text;
  return access === 'read' ? DocumentHighlightKind.Read : DocumentHighlightKind.Write;
}
