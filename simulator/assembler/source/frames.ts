import type { ObjectPosition } from '../../object/elf/relocatable';
import type { Origin } from '../../object/line-table';
import type { Diagnostic, Range } from './diagnostic';

/**
 * Where the lines being assembled come from: a file, or an expansion called from another frame. Frames are shared by
 * everything that comes from them, so that keeping the whole chain of origins costs one reference.
 */
export interface Frame {
  readonly kind: 'file' | 'include' | 'macro' | 'repeat';
  /** The file that the frame's line numbers count in (for a macro, where its body stands). */
  readonly file: string;
  /** Of a macro. */
  readonly name?: string | undefined;
  readonly parameters?: readonly { readonly name: string }[] | undefined;
  /** What called the expansion, absent for a root file. */
  readonly parent?: Frame;
  /** The calling line and column in `parent`. */
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly depth: number;
}

/** Columns of one line in a frame. */
export interface SourceSpan {
  readonly frame: Frame;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export function rangeOf(line: number, start: number, end: number): Range {
  return { start: { line, column: start }, end: { line, column: Math.max(start, end) } };
}

const via = { file: undefined, include: 'include', macro: 'macro', repeat: 'repeat' } as const;

/** The chain of origins of a place: itself, then each call and include outwards. */
export function originOf(frame: Frame, line: number, column: number): Origin {
  const kind = via[frame.kind];
  if (!kind || !frame.parent) return { file: frame.file, line, column };
  return {
    file: frame.file,
    line,
    column,
    via: kind,
    ...(frame.name === undefined ? {} : { name: frame.name }),
    parent: originOf(frame.parent, frame.line, frame.column),
  };
}

/** A span as the object file keeps it: its chain of origins is made when a message asks for it. */
class SpanPosition implements ObjectPosition {
  constructor(readonly span: SourceSpan) {}

  get origin(): Origin {
    return originOf(this.span.frame, this.span.line, this.span.start);
  }

  get endColumn(): number {
    return this.span.end;
  }
}

export function positionOf(span: SourceSpan): ObjectPosition {
  return new SpanPosition(span);
}

/** The calls that led to an origin, as related places of a diagnostic. */
export function relatedCalls(origin: Origin): NonNullable<Diagnostic['related']> {
  const related: { file: string; range: Range; message: string }[] = [];
  for (let at: Origin | undefined = origin; at?.parent && related.length < 16; at = at.parent) {
    const { file, line, column = 0 } = at.parent;
    const message =
      at.via === 'macro'
        ? `macro '${at.name}' called here`
        : at.via === 'repeat'
          ? 'repeated from here'
          : 'included from here';
    related.push({ file, range: rangeOf(line, column, column), message });
  }
  return related;
}
