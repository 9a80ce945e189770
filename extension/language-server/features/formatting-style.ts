import type { FormattingOptions } from 'vscode-languageserver';
import { isMnemonic, type SourceText, type Statement } from '../ide/assembly';

/** How a source is written: what most of its lines do is left as it is in the others too. */
export interface Style {
  /** Before instructions. */
  readonly indent: string;
  /** What stands before instructions and directives often enough to be meant. */
  readonly otherIndents: ReadonlySet<string>;
  /** Whether directives may stand at the left edge. */
  readonly directivesAtEdge: boolean;
  /** Whether labels may be indented. */
  readonly indentedLabels: boolean;
  readonly commas: CommaStyle;
}

/** Where nothing stands behind commas: compilers write instructions and several directives in ways of their own. */
interface CommaStyle {
  readonly tightInstructions: boolean;
  /** The directives and macros that are written so. */
  readonly tightNames: ReadonlySet<string>;
}

/** Whether a comma behind which nothing stands may stay so. */
export function hasTightCommas({ key }: Pick<Statement, 'key'>, { commas }: Style): boolean {
  return isMnemonic(key) ? commas.tightInstructions : commas.tightNames.has(key);
}

interface CommaCounts {
  tight: number;
  spaced: number;
}

/** Lines that are looked at. */
const enough = 4000;
/** Fewer commas, or labels, show no habit. */
const habit = 8;
/** Labels that show a habit where all are alike. */
const habitOfAll = 3;

export function styleOf({ lines }: SourceText, options: FormattingOptions): Style {
  const indents = new Map<string, number>();
  const directives = { edge: 0, indented: 0 };
  const labels = { edge: 0, indented: 0 };
  const commas = new Map<string, CommaCounts>();
  for (let number = 0; number < Math.min(lines.length, enough); number++) {
    const { text, statements } = lines[number]!;
    const [first] = statements;
    if (!first || first.kind === 'preprocessor') continue;
    const [label] = first.labels;
    if (label) count(labels, label.start === 0 ? 'edge' : 'indented');
    if (first.kind !== 'command') continue;
    if (first.key.startsWith('.') && !label) count(directives, first.start === 0 ? 'edge' : 'indented');
    const place = isMnemonic(first.key) ? '' : first.key;
    let own = commas.get(place);
    if (!own) {
      own = { tight: 0, spaced: 0 };
      commas.set(place, own);
    }
    for (let at = text.indexOf(',', first.start); at >= 0 && at < first.end; at = text.indexOf(',', at + 1))
      count(own, /\s/.test(text[at + 1] ?? ' ') ? 'spaced' : 'tight');
    const indent = text.slice(0, first.start);
    if (!label && indent !== '' && indent.trim() === '') indents.set(indent, (indents.get(indent) ?? 0) + 1);
  }
  const sorted = [...indents].sort((a, b) => b[1] - a[1]);
  const [usual] = sorted;
  const total = sorted.reduce((sum, [, lines]) => sum + lines, 0);
  return {
    indent: usual?.[0] ?? (options?.insertSpaces ? ' '.repeat(Math.min(16, Math.max(1, options.tabSize || 4))) : '\t'),
    otherIndents: new Set(sorted.filter(([, lines]) => isMeant(lines, total)).map(([indent]) => indent)),
    directivesAtEdge: directives.edge > 2 || (directives.edge > 0 && directives.edge >= directives.indented),
    indentedLabels: labels.indented >= (labels.edge === 0 ? habitOfAll : habit) && labels.indented >= labels.edge,
    commas: commaStyleOf(commas),
  };
}

/** @param counts of instructions by the name '', of directives and macros by their own */
function commaStyleOf(counts: ReadonlyMap<string, CommaCounts>): CommaStyle {
  const all = { tight: 0, spaced: 0 };
  for (const { tight, spaced } of counts.values()) {
    all.tight += tight;
    all.spaced += spaced;
  }
  const isHabit = ({ tight, spaced }: CommaCounts): boolean => tight >= habit && tight >= 3 * spaced;
  const everywhere = isHabit(all);
  const instructions = counts.get('');
  const tightInstructions = everywhere || (instructions !== undefined && isHabit(instructions));
  const tightNames = new Set<string>();
  for (const [name, own] of counts) {
    const isOwn = own.spaced === 0 && (own.tight >= habit || tightInstructions);
    if (name !== '' && (everywhere || isOwn)) tightNames.add(name);
  }
  return { tightInstructions, tightNames };
}

/** Whether lines with an indentation of their own are so many that it is no slip. */
function isMeant(lines: number, total: number): boolean {
  return (lines >= habit && lines >= total / 20) || (lines >= habit / 2 && lines >= total / 5);
}

function count<K extends string>(counts: Record<K, number>, kind: K): void {
  counts[kind]++;
}
