import type { Position, Range, SelectionRange, ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { SourceText } from '../ide/assembly';
import { blocksOf } from '../ide/blocks';
import { occurrenceAt } from '../ide/occurrences';
import { functionAround, outlineOf } from '../ide/outline';
import { lineRange } from '../locations';

/** Expand selection: word, operand, operands, statement, line, the blocks, function and section around, the whole text. */
export function registerSelectionRanges({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onSelectionRanges(
    answering(({ textDocument, positions }) => {
      const document = workspace.document(textDocument.uri);
      return document ? positions.map((position) => selectionAt(document.source, position)) : null;
    }),
  );
  return { selectionRangeProvider: true };
}

function selectionAt(source: SourceText, position: Position): SelectionRange {
  const last = source.lines.length - 1;
  const line = Math.min(position.line, last);
  const text = source.lines[line]!.text;
  const column = Math.min(position.character, text.length);
  const candidates = [...inLine(source, line, column), lineRange(line, 0, text.length), ...aroundLine(source, line)];
  candidates.push(linesRange(source, 0, last));
  // From the whole text inwards, each range within the one before and smaller.
  let selection: SelectionRange | undefined;
  for (const range of candidates.sort((a, b) => sizeOf(b) - sizeOf(a))) {
    if (selection && (!contains(selection.range, range) || sizeOf(range) === sizeOf(selection.range))) continue;
    selection = selection ? { range, parent: selection } : { range };
  }
  return selection!;
}

function inLine(source: SourceText, line: number, column: number): Range[] {
  const text = source.lines[line]!;
  const ranges: Range[] = [];
  const word = occurrenceAt(text, column);
  if (word) ranges.push(lineRange(line, word.start, word.end));
  for (const statement of text.statements) {
    const { kind, labels, start, name, operandsStart, end } = statement;
    const from = labels[0]?.start ?? start;
    const to = Math.max(end, start + name.length);
    if (column < from || column > to) continue;
    ranges.push(lineRange(line, from, to), lineRange(line, start, to));
    if (kind !== 'command' || column < operandsStart) continue;
    ranges.push(lineRange(line, operandsStart, end));
    for (const operand of statement.operands)
      if (operand.start <= column && column <= operand.end) ranges.push(lineRange(line, operand.start, operand.end));
  }
  return ranges;
}

function aroundLine(source: SourceText, line: number): Range[] {
  const parts: { first: number; last: number }[] = blocksOf(source).filter(
    ({ first, last }) => first <= line && line <= last,
  );
  const outline = outlineOf(source);
  const { sections, labels } = outline;
  const around = functionAround(outline, line);
  if (around) parts.push({ first: around.line, last: around.last });
  const section = sections.find(({ first, last }) => first <= line && line <= last);
  if (section) parts.push(section);
  const label = labels.filter(({ line: first, last }) => first <= line && line <= last).at(-1);
  if (label) parts.push({ first: label.line, last: label.last });
  return parts.map(({ first, last }) => linesRange(source, first, last));
}

function linesRange({ lines }: SourceText, first: number, last: number): Range {
  return {
    start: { line: first, character: 0 },
    end: { line: last, character: lines[last]?.text.length ?? 0 },
  };
}

/** An order of ranges that hold one another; lines weigh more than any columns. */
function sizeOf({ start, end }: Range): number {
  return (end.line - start.line) * 2 ** 24 + (end.character - start.character);
}

function contains(outer: Range, inner: Range): boolean {
  const starts =
    outer.start.line < inner.start.line ||
    (outer.start.line === inner.start.line && outer.start.character <= inner.start.character);
  const ends =
    outer.end.line > inner.end.line ||
    (outer.end.line === inner.end.line && outer.end.character >= inner.end.character);
  return starts && ends;
}
