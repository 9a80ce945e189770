import type { Frame, SourceSpan } from '../source/frames';
import type { ColumnRun } from './macros';

/** Where the statement being assembled stands. */
export class StatementLocation {
  /** Index of `frame` in the unit's frames. */
  frameIndex = 0;
  line = 0;
  /** Column of the statement's text in its source line. */
  column = 0;
  /** When the text was made by substitution its columns mean nothing: then problems span the whole source line. */
  lineLength = -1;
  /** Where the columns of such a text come from, as far as that is known. */
  columns: readonly ColumnRun[] | undefined;
  /** Where each further source line begins in a text that was made of several. */
  breaks: readonly number[] | undefined;
  /** The text that the statement's columns count in. */
  text = '';

  constructor(public frame: Frame) {}

  /** Columns of the statement's text as columns of its source. */
  span(start: number, end: number): SourceSpan {
    const { frame, line, column, lineLength, columns, breaks } = this;
    if (lineLength >= 0 && columns) return sourceSpan(frame, line, columns, start, end, lineLength);
    if (breaks && lineLength < 0) return spanOfLines(frame, line, breaks, start, end);
    return lineLength >= 0
      ? { frame, line, start: column, end: column + lineLength }
      : { frame, line, start: start + column, end: end + column };
  }
}

/** The part in one source line of a span in the text that several make. */
function spanOfLines(frame: Frame, line: number, breaks: readonly number[], start: number, end: number): SourceSpan {
  const after = breaks.findIndex((at) => at > start);
  const index = after < 0 ? breaks.length : after;
  const base = breaks[index - 1] ?? 0;
  const limit = breaks[index] === undefined ? end : Math.min(end, breaks[index] - 1);
  return { frame, line: line + index, start: start - base, end: limit - base };
}

/** Columns of the source that columns of an expanded line come from: of the tokens themselves, or of the calls that made them. */
function sourceSpan(
  frame: Frame,
  line: number,
  columns: readonly ColumnRun[],
  start: number,
  end: number,
  lineLength: number,
): SourceSpan {
  let first = lineLength;
  let last = 0;
  // The runs are in order, and one line may have very many: begin with the first that reaches beyond `start`.
  let low = 0;
  for (let high = columns.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (columns[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  for (; low < columns.length; low++) {
    const run = columns[low]!;
    if (run.start >= Math.max(end, start + 1)) break;
    const same = run.end - run.start === run.sourceEnd - run.sourceStart;
    first = Math.min(first, same ? run.sourceStart + Math.max(0, start - run.start) : run.sourceStart);
    last = Math.max(last, same ? run.sourceEnd - Math.max(0, run.end - end) : run.sourceEnd);
  }
  // What goes on in other lines is shown as the whole of this one.
  return first < last && last <= lineLength
    ? { frame, line, start: first, end: last }
    : { frame, line, start: 0, end: lineLength };
}
