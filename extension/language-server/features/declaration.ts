import type { ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { Analysis, Found } from '../ide/analysis';
import { locationsOf } from './definition';
import { type Target, targetOf } from './target';

/** Directives that say something about a symbol which another line or file defines. */
const declaring = new Set(['.globl', '.global', '.weak', '.extern', '.local', '.hidden', '.internal', '.protected']);

/** Go to declaration: where `.globl`, `.extern` and their like name the symbol; without one, its definition. */
export function registerDeclaration(context: ServerContext): ServerCapabilities {
  context.connection.onDeclaration(
    answering(async (params) => {
      const target = await targetOf(context, params);
      if (!target) return null;
      const { document, analysis, position, word } = target;
      const declarations = declarationsOf(target);
      return locationsOf(
        context,
        declarations.length > 0 ? declarations : analysis.definitionsOf(word, document.key, position.line),
      );
    }),
  );
  return { declarationProvider: true };
}

/** Whether a word at a place says something about its symbol and does not use it. */
export function isDeclaration(analysis: Analysis, { key, line, occurrence: { start } }: Found): boolean {
  const statements = analysis.source(key)?.lines[line]?.statements ?? [];
  const statement = statements.find((candidate) => candidate.start <= start && start <= candidate.end);
  return statement !== undefined && (declaring.has(statement.key) || /^\.(type|size)$/.test(statement.key));
}

function declarationsOf({ document, analysis, position, word }: Target): Found[] {
  if (word.kind !== 'symbol') return [];
  return analysis
    .same(word, document.key, position.line)
    .filter(({ key, line, occurrence: { start } }) =>
      analysis
        .source(key)
        ?.lines[line]?.statements.some(
          (statement) => declaring.has(statement.key) && statement.start <= start && start <= statement.end,
        ),
    );
}
