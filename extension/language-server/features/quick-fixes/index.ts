import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { isRecord } from '../../../../simulator/schema/record';
import { answering } from '../../answering';
import type { ServerContext } from '../../context';
import type { Document, Workspace } from '../../ide/workspace';
import { isRange } from '../../params';
import { fixBranch } from './branch';
import { fixControlFlow } from './control-flow';
import { type Fix, type Fixer, statementAt } from './fix';
import { fixMissingInclude } from './missing-include';
import { fixMisspelt } from './misspelt';
import { fixOperands } from './operands';
import { fixPrivilege } from './privilege';
import { fixAlignment, fixGlobalPointer } from './surround';

/** By the code of the diagnostic. Misspelt words have fixes whatever their code is. */
const fixers: Readonly<Record<string, Fixer>> = {
  'branch-range': fixBranch,
  'operand-count': fixOperands,
  'csr-privilege': fixPrivilege,
  unreachable: fixControlFlow,
  'runs-into-data': fixControlFlow,
  'runs-off-the-end': fixControlFlow,
  unaligned: fixAlignment,
  'gp-relaxed': fixGlobalPointer,
};

/** What would put right what a diagnostic says. */
export function registerQuickFixes({ connection, workspace, client }: ServerContext): ServerCapabilities {
  connection.onCodeAction(
    answering(async ({ textDocument: { uri }, context }) => {
      const document = workspace.document(uri);
      const diagnostics: unknown = context?.diagnostics;
      if (!document || !Array.isArray(diagnostics)) return [];
      const usable = diagnostics.filter(isDiagnostic).slice(0, mostDiagnostics);
      return (await Promise.all(usable.map((diagnostic) => actionsOf(workspace, client, document, diagnostic)))).flat();
    }),
  );
  return { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] } };
}

/** Diagnostics of one request that fixes are looked for: a line has fewer. */
const mostDiagnostics = 100;

function isDiagnostic(value: unknown): value is Diagnostic {
  return isRecord(value) && isRange(value['range']);
}

async function actionsOf(
  workspace: Workspace,
  client: ClientCapabilities,
  document: Document,
  diagnostic: Diagnostic,
): Promise<CodeAction[]> {
  const fixes: Fix[] = [...fixMisspelt(diagnostic)];
  const fixer = fixers[String(diagnostic.code)];
  const statement = statementAt(document.source, diagnostic.range);
  if (fixer && statement) fixes.push(...fixer({ source: document.source, diagnostic, statement }));
  const inDocument = fixes.map(({ title, edits }) => ({ title, edit: { changes: { [document.uri]: [...edits] } } }));
  const elsewhere =
    diagnostic.code === 'include-missing' ? await fixMissingInclude(workspace, client, document, diagnostic) : [];
  return [...inDocument, ...elsewhere].map(({ title, edit }, index) => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: index === 0,
    edit,
  }));
}
