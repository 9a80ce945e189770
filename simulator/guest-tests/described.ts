import type { Range } from '../assembler/source/diagnostic';
import type { Path } from '../schema/problems';

/** A value that somebody has written, and where each part of it stands. */
export interface Described {
  readonly value: unknown;
  rangeOf(path: Path, what?: 'value' | 'name'): Range;
  /** The names of an object, in the order in which they were written. */
  namesAt(path: Path): readonly string[];
}
