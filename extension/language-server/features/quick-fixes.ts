import { type CodeAction, CodeActionKind, type Diagnostic, type ServerCapabilities } from 'vscode-languageserver';
import { checked, isRecord } from '../params';
import type { ServerContext } from '../server';

/** A fix for each misspelt word: the words that it may have been. */
export function registerQuickFixes({ connection }: ServerContext): ServerCapabilities {
  connection.onCodeAction(
    checked('document', ({ textDocument, context }) =>
      (context?.diagnostics ?? []).flatMap((diagnostic) => fixesOf(textDocument.uri, diagnostic)),
    ),
  );
  return { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] } };
}

function fixesOf(uri: string, diagnostic: Diagnostic): CodeAction[] {
  return suggestionsOf(diagnostic).map((word, index) => ({
    title: `Change to '${word}'`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: index === 0,
    edit: { changes: { [uri]: [{ range: diagnostic.range, newText: word }] } },
  }));
}

/** What the checker put into the diagnostic; the client gives it back. */
function suggestionsOf(diagnostic: Diagnostic): string[] {
  const data: unknown = isRecord(diagnostic) ? diagnostic['data'] : undefined;
  const suggestions = isRecord(data) ? data['suggestions'] : undefined;
  return Array.isArray(suggestions) ? suggestions.filter((word) => typeof word === 'string') : [];
}
