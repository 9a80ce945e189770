import type { Position, Range, SourceText, TextEdit } from './assembly';

/** What somebody changed in an open document: a part of it, or, without a range, all of its text. */
export interface Change {
  readonly text: string;
  readonly range?: Range;
}

/** A change of a text that it fits: a part of it, or, without a place, a new text. */
export type Edit = TextEdit | { readonly text: string };

export function editOf({ text, range }: Change, source: SourceText): Edit {
  if (!range) return { text };
  const start = clampedIn(source, range.start);
  const end = clampedIn(source, range.end);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column, text };
}

/** The position of a text that is meant: one beyond a line is its end, one beyond the text the end of that. */
export function clampedIn({ lines }: SourceText, { line, column }: Position): Position {
  const last = lines.length - 1;
  if (line > last) return { line: last, column: lines[last]!.text.length };
  return { line, column: Math.min(column, lines[line]!.text.length) };
}
