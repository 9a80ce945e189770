import {
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { answering } from '../answering';
import type { Checker } from '../checker';
import type { ServerContext } from '../context';
import { keyOf } from '../ide/keys';

/**
 * Diagnostics for clients that ask for them. They are pushed all the same: a client that shows both says in its initialization options
 * which it wants.
 */
export function registerPullDiagnostics({ connection, client }: ServerContext, checker: Checker): ServerCapabilities {
  /** What was answered last, by file: asked again with its number, an answer that is the same need not be sent. */
  const answered = new Map<string, { readonly id: string; readonly text: string }>();
  let answers = 0;
  connection.onRequest(
    DocumentDiagnosticRequest.type,
    answering(async ({ textDocument: { uri }, previousResultId }): Promise<DocumentDiagnosticReport> => {
      const items = await checker.check(uri);
      const text = JSON.stringify(items);
      const key = keyOf(uri);
      let last = answered.get(key);
      if (last?.text === text && last.id === previousResultId)
        return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: last.id };
      if (last?.text !== text) {
        last = { id: String(++answers), text };
        answered.set(key, last);
      }
      return { kind: DocumentDiagnosticReportKind.Full, resultId: last.id, items };
    }),
  );
  if (!client.textDocument?.diagnostic) return {};
  return { diagnosticProvider: { identifier: 'hyperstep', interFileDependencies: true, workspaceDiagnostics: false } };
}
