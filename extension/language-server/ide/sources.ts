import type { SourceText } from './assembly';
import type { SourceIndex } from './index/source-index';

/** The files that are open or were read, by key. */
export interface Sources {
  /** Whether a file is open, or was read and is there. */
  exists(key: string): boolean;
  /** A source that is open or was read, parsed. */
  sourceOf(key: string): SourceText | undefined;
  /** The names that a source defines. */
  indexOf(key: string): SourceIndex | undefined;
}
