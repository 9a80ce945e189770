import { type DocumentSymbol, type Range, type ServerCapabilities, SymbolKind } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { SourceText } from '../ide/assembly';
import { type Block, blocksOf } from '../ide/blocks';
import type { DefinitionKind } from '../ide/index/source-index';
import { type Outline, type OutlineLabel, outlineOf, type SectionPart } from '../ide/outline';
import { lineRange } from '../locations';
import { latestPlaceOf } from './target';

/** The outline of a document: sections, the functions and data in them, labels in functions; constants, macros and defines. */
export function registerDocumentSymbols(context: ServerContext): ServerCapabilities {
  context.connection.onDocumentSymbol(
    answering(async ({ textDocument }) => {
      const place = await latestPlaceOf(context, textDocument.uri);
      const document = context.workspace.document(textDocument.uri);
      if (!document) return null;
      const { source, key } = document;
      // Labels can be told in another architecture's source too.
      return symbolsOf(source, place?.analysis.outline(key, source) ?? outlineOf(source));
    }),
  );
  return { documentSymbolProvider: true };
}

export const symbolKinds: Readonly<Record<DefinitionKind | OutlineLabel['kind'], SymbolKind>> = {
  function: SymbolKind.Function,
  label: SymbolKind.Field,
  data: SymbolKind.Variable,
  constant: SymbolKind.Constant,
  common: SymbolKind.Variable,
  macro: SymbolKind.Method,
  define: SymbolKind.Constant,
};

/** A symbol whose children are still being added. */
type Growing = DocumentSymbol & { children: DocumentSymbol[] };

function symbolsOf(source: SourceText, outline: Outline): DocumentSymbol[] {
  const tree = new Tree(source, outline);
  const macros = new Map(blocksOf(source).flatMap((block) => (block.kind === 'macro' ? [[block.first, block]] : [])));
  let other = 0;
  const addOthers = (before: number): void => {
    for (let next = outline.others[other]; next && next.number < before; next = outline.others[++other]) {
      const { kind, name, number, start, end } = next;
      const last = kind === 'macro' ? ((macros.get(number) as Block | undefined)?.last ?? number) : number;
      tree.addTo(
        tree.sectionAt(number),
        name,
        symbolKinds[kind],
        number,
        last,
        start,
        end,
        kind === 'define' ? '#define' : '',
      );
    }
  };
  let around: { symbol: Growing; last: number } | undefined;
  for (const { name, kind, line, start, end, last, exported } of outline.labels) {
    addOthers(line);
    if (around && line > around.last) around = undefined;
    const parent = kind === 'label' && around ? around.symbol.children : tree.sectionAt(line);
    const symbol = tree.addTo(parent, name, symbolKinds[kind], line, last, start, end, exported ? 'global' : '');
    if (kind === 'function') around = { symbol, last };
  }
  addOthers(Number.POSITIVE_INFINITY);
  return tree.roots;
}

/** Section parts as parents; a source that stays in the section in which it begins needs none. */
class Tree {
  readonly roots: DocumentSymbol[] = [];
  readonly #parents = new Map<SectionPart, Growing>();
  #at = 0;

  constructor(
    readonly source: SourceText,
    readonly outline: Outline,
  ) {}

  /** Where symbols of a line go. Lines are asked for in order. */
  sectionAt(line: number): DocumentSymbol[] {
    const { sections } = this.outline;
    if (sections[this.#at]!.first > line) this.#at = 0;
    while (this.#at + 1 < sections.length && sections[this.#at + 1]!.first <= line) this.#at++;
    const part = sections[this.#at]!;
    if (!part.statement) return this.roots;
    let parent = this.#parents.get(part);
    if (!parent) {
      const { start, end } = part.statement;
      parent = this.addTo(this.roots, part.name, SymbolKind.Namespace, part.first, part.last, start, end, 'section');
      this.#parents.set(part, parent);
    }
    return parent.children;
  }

  addTo(
    parent: DocumentSymbol[],
    name: string,
    kind: SymbolKind,
    first: number,
    last: number,
    start: number,
    end: number,
    detail: string,
  ): Growing {
    const range: Range = {
      start: { line: first, character: 0 },
      end: { line: last, character: this.source.lines[last]?.text.length ?? 0 },
    };
    const symbol = {
      name,
      kind,
      range,
      selectionRange: lineRange(first, start, end),
      ...(detail === '' ? {} : { detail }),
      children: [],
    };
    parent.push(symbol);
    return symbol;
  }
}
