import { type CodeAction, CodeActionKind, type Diagnostic, type ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../../answering';
import { isRange, isRecord } from '../../params';
import type { ServerContext } from '../../server';
import type { Document } from '../../workspace';
import { fixBranch } from './branch';
import { fixControlFlow } from './control-flow';
import { type Fix, type Fixer, statementAt } from './fix';
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
export function registerQuickFixes({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onCodeAction(
    answering(({ textDocument: { uri }, context }) => {
      const document = workspace.document(uri);
      if (!document || !Array.isArray(context?.diagnostics)) return [];
      return context.diagnostics.flatMap((diagnostic) => actionsOf(document, diagnostic));
    }),
  );
  return { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] } };
}

function actionsOf(document: Document, diagnostic: Diagnostic): CodeAction[] {
  if (!isRecord(diagnostic) || !isRange(diagnostic.range)) return [];
  const fixes: Fix[] = [...fixMisspelt(diagnostic)];
  const fixer = fixers[String(diagnostic.code)];
  const statement = statementAt(document.source, diagnostic.range);
  if (fixer && statement) fixes.push(...fixer({ source: document.source, diagnostic, statement }));
  return fixes.map(({ title, edits }, index) => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: index === 0,
    edit: { changes: { [document.uri]: [...edits] } },
  }));
}
