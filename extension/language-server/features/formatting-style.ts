import type { FormattingOptions } from 'vscode-languageserver';
import type { SourceText } from '../assembly';

/** How a source is written: what most of its lines do is left as it is in the others too. */
export interface Style {
  /** Before instructions. */
  readonly indent: string;
  /** Whether directives may stand at the left edge. */
  readonly directivesAtEdge: boolean;
  /** Whether labels may be indented. */
  readonly indentedLabels: boolean;
  /** Whether nothing stands behind commas. */
  readonly tightCommas: boolean;
}

/** Lines that are looked at. */
const enough = 4000;
/** Fewer commas, or labels, show no habit. */
const habit = 8;

export function styleOf({ lines }: SourceText, options: FormattingOptions): Style {
  const indents = new Map<string, number>();
  const directives = { edge: 0, indented: 0 };
  const labels = { edge: 0, indented: 0 };
  const commas = { tight: 0, spaced: 0 };
  for (let number = 0; number < Math.min(lines.length, enough); number++) {
    const { text, statements } = lines[number]!;
    const [first] = statements;
    if (!first || first.kind === 'preprocessor') continue;
    const [label] = first.labels;
    if (label) count(labels, label.start === 0 ? 'edge' : 'indented');
    if (first.kind !== 'command') continue;
    if (first.key.startsWith('.') && !label) count(directives, first.start === 0 ? 'edge' : 'indented');
    for (let at = text.indexOf(',', first.start); at >= 0 && at < first.end; at = text.indexOf(',', at + 1))
      count(commas, /\s/.test(text[at + 1] ?? ' ') ? 'spaced' : 'tight');
    const indent = text.slice(0, first.start);
    if (!label && indent !== '' && indent.trim() === '') indents.set(indent, (indents.get(indent) ?? 0) + 1);
  }
  const [usual] = [...indents].sort((a, b) => b[1] - a[1]);
  return {
    indent: usual?.[0] ?? (options?.insertSpaces ? ' '.repeat(Math.min(16, Math.max(1, options.tabSize || 4))) : '\t'),
    directivesAtEdge: directives.edge > 2 || (directives.edge > 0 && directives.edge >= directives.indented),
    indentedLabels: labels.indented >= habit && labels.indented >= labels.edge,
    tightCommas: commas.tight >= habit && commas.tight >= 3 * commas.spaced,
  };
}

function count<K extends string>(counts: Record<K, number>, kind: K): void {
  counts[kind]++;
}
