import {
  type DocumentSymbol,
  type ServerCapabilities,
  type SymbolInformation,
  SymbolKind,
} from 'vscode-languageserver';
import type { SourceText } from '../assembly';
import { lineRange, locationOf } from '../locations';
import { type Occurrence, occurrencesOf } from '../occurrences';
import { checked } from '../params';
import type { ServerContext } from '../server';

/** The outline of a document, and symbols of all open programs by name. */
export function registerSymbols({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onDocumentSymbol(
    checked('document', ({ textDocument }) => {
      const document = workspace.document(textDocument.uri);
      return document ? outlineOf(document.source) : null;
    }),
  );
  connection.onWorkspaceSymbol(
    checked('query', async ({ query }) => {
      const wanted = query.toLowerCase();
      const found = new Map<string, SymbolInformation>();
      for (const { uri } of workspace.documents) {
        for (const key of (await workspace.analysisOf(uri))?.files ?? []) {
          workspace.sourceOf(key)?.lines.forEach((line, number) => {
            for (const occurrence of occurrencesOf(line)) {
              const kind = kindOf(occurrence, '');
              if (!kind || !occurrence.name.toLowerCase().includes(wanted)) continue;
              const { name, start, end } = occurrence;
              found.set(`${key}:${number}:${start}`, {
                name,
                kind,
                location: locationOf(workspace.uriOf(key), number, start, end),
              });
            }
          });
        }
      }
      return [...found.values()].slice(0, 1000);
    }),
  );
  return { documentSymbolProvider: true, workspaceSymbolProvider: true };
}

/** What a definition is shown as; undefined for words that define nothing worth listing. */
function kindOf({ kind, definition, name }: Occurrence, lineText: string): SymbolKind | undefined {
  if (!definition) return undefined;
  if (kind === 'call') return SymbolKind.Method;
  if (kind === 'define') return SymbolKind.Constant;
  if (kind !== 'symbol' || name.startsWith('.L') || name === '.') return undefined;
  return /^\s*(\.(set|equ|equiv|eqv)\b|[\w.$]+\s*=)/i.test(lineText) ? SymbolKind.Constant : SymbolKind.Function;
}

/** Labels with the lines up to the next one, macros with their bodies, constants. */
function outlineOf(source: SourceText): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  const { lines } = source;
  let label: { symbol: DocumentSymbol; end: number } | undefined;
  lines.forEach((line, number) => {
    for (const occurrence of occurrencesOf(line)) {
      const kind = kindOf(occurrence, line.text);
      if (!kind) continue;
      const { name, start, end } = occurrence;
      const selectionRange = lineRange(number, start, end);
      const symbol: DocumentSymbol = { name, kind, range: lineRange(number, 0, line.text.length), selectionRange };
      if (kind === SymbolKind.Method)
        symbol.range = { start: { line: number, character: 0 }, end: macroEnd(source, number) };
      if (kind === SymbolKind.Function) {
        if (label) label.symbol.range.end = endOf(source, Math.max(label.symbol.selectionRange.start.line, number - 1));
        label = { symbol, end: number };
      }
      symbols.push(symbol);
    }
  });
  if (label) label.symbol.range.end = endOf(source, lines.length - 1);
  return symbols;
}

function endOf({ lines }: SourceText, line: number): DocumentSymbol['range']['end'] {
  return { line, character: lines[line]?.text.length ?? 0 };
}

function macroEnd(source: SourceText, start: number): DocumentSymbol['range']['end'] {
  let depth = 0;
  for (let i = start; i < source.lines.length; i++) {
    for (const { key } of source.lines[i]!.statements) {
      if (key === '.macro') depth++;
      else if ((key === '.endm' || key === '.endmacro') && --depth === 0) return endOf(source, i);
    }
  }
  return endOf(source, start);
}
