import type { Range, Severity } from '../assembly';

/** Something that is allowed, and probably not meant. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly severity: Severity;
  readonly range: Range;
  /** Whether it is about code that nobody needs. */
  readonly unnecessary?: boolean;
}

export function noteOf(
  code: string,
  message: string,
  line: number,
  start: number,
  end: number,
  severity: Severity = 'information',
): Note {
  return { code, message, severity, range: { start: { line, column: start }, end: { line, column: end } } };
}
