import type { ServerCapabilities } from 'vscode-languageserver';
import { isRecord } from '../../../simulator/schema/record';
import type { ServerContext } from '../context';
import type { Analysis } from '../ide/analysis';
import { type ExpandedStatement, listingOf } from '../ide/assembly';
import { expansionScheme, listingScheme, type VirtualDocument, virtualDocumentRequest } from '../protocol';
import { placeOf } from './target';

/** Statements of an expansion that are shown. */
const mostLines = 10_000;

/** Texts that the server makes: what a macro call or repeat stands for, and what each line of a source became. */
export function registerVirtualDocuments(context: ServerContext): ServerCapabilities {
  context.connection.onRequest(
    virtualDocumentRequest,
    async ({ uri }: { uri: string }): Promise<VirtualDocument | null> => {
      const asked = parse(uri);
      const place = asked && (await placeOf(context, asked.source));
      if (!asked || !place) return null;
      const { analysis, document } = place;
      if (asked.scheme === listingScheme) return { text: listing(analysis, document.key) };
      const statements = context.workspace.expansions(analysis, document.key, asked.line, mostLines);
      return { text: expansion(statements, document.source.lines[asked.line]?.text ?? '', asked.line) };
    },
  );
  return {};
}

/** `scheme:/title.s?{"uri": ..., "line": ...}`, as the client makes it. */
function parse(uri: string): { scheme: string; source: string; line: number } | undefined {
  const match = /^([\w-]+):[^?]*\?(.*)$/.exec(uri);
  if (match?.[1] !== listingScheme && match?.[1] !== expansionScheme) return undefined;
  try {
    const query: unknown = JSON.parse(decodeURIComponent(match[2] ?? ''));
    if (!isRecord(query) || typeof query['uri'] !== 'string') return undefined;
    const line = query['line'];
    return { scheme: match[1], source: query['uri'], line: typeof line === 'number' ? line : 0 };
  } catch {
    return undefined;
  }
}

function listing(analysis: Analysis, key: string): string {
  const { result } = analysis;
  const text = analysis.source(key);
  if (result.program && text) return listingOf(result.program, [text]);
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error').length;
  return `# No listing: the program has ${errors === 1 ? '1 error' : `${errors} errors`}.\n`;
}

/** The statements that were assembled, those of inner calls deeper, under the calls themselves as comments. */
function expansion(statements: readonly ExpandedStatement[], call: string, line: number): string {
  const head = `# Line ${line + 1}: ${call.trim()}`;
  if (statements.length === 0) return `${head}\n# Nothing comes of it.\n`;
  const outer = Math.min(...statements.map(({ depth }) => depth));
  const texts = statements.map(({ text, depth, calls }) => {
    const indent = '    '.repeat(depth - outer + 1);
    return `${indent}${calls ? '# ' : ''}${text}`;
  });
  const more = statements.length >= mostLines ? [`# ... more than ${mostLines} statements`] : [];
  return `${[head, ...texts, ...more].join('\n')}\n`;
}
