import type { SourceText } from '../../ide/assembly';
import { type Fixer, replaceStatement } from './fix';

/** Each branch with the one that is taken when it is not. */
const inverted: Readonly<Record<string, string>> = {
  beq: 'bne',
  bne: 'beq',
  blt: 'bge',
  bge: 'blt',
  bltu: 'bgeu',
  bgeu: 'bltu',
  bgt: 'ble',
  ble: 'bgt',
  bgtu: 'bleu',
  bleu: 'bgtu',
  beqz: 'bnez',
  bnez: 'beqz',
  bltz: 'bgez',
  bgez: 'bltz',
  bgtz: 'blez',
  blez: 'bgtz',
  'c.beqz': 'bnez',
  'c.bnez': 'beqz',
};

/** Bytes that `j` reaches in either direction. */
const jumpReach = 0x10_0000;

/** A branch that does not reach: the opposite one over a jump that does; a jump that does not: `tail`. */
export const fixBranch: Fixer = ({ source, diagnostic, statement }) => {
  const { line } = diagnostic.range.start;
  const operands = statement.operands.map(({ start, end }) => statement.text.slice(start, end));
  const target = operands.at(-1);
  const opposite = inverted[statement.key];
  if (target === undefined || (opposite === undefined && statement.key !== 'j')) return [];
  const distance = Number(/(-?\d+) bytes away/.exec(diagnostic.message)?.[1] ?? 0);
  const jump = Math.abs(distance) < jumpReach ? `j ${target}` : `tail ${target}`;
  if (opposite === undefined)
    return [{ title: `Write '${jump}', which changes t1`, edits: [replaceStatement(line, statement, jump)] }];
  const label = freeLabel(source);
  const indent = /^\s*/.exec(source.lines[line]!.text)![0] || '  ';
  const condition = [...operands.slice(0, -1), `${label}f`].join(', ');
  const text = `${opposite} ${condition}\n${indent}${jump}\n${label}:`;
  return [{ title: `Branch over '${jump}' with '${opposite}'`, edits: [replaceStatement(line, statement, text)] }];
};

/** The least number that no numeric label of the source has. */
function freeLabel({ lines }: SourceText): number {
  const used = new Set<string>();
  for (const { statements } of lines)
    for (const { labels } of statements) for (const { name, numeric } of labels) if (numeric) used.add(name);
  let label = 1;
  while (used.has(String(label))) label++;
  return label;
}
