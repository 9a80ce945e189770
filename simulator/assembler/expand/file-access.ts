import type { IncludeNext } from '../source/paths';
import type { SourceText } from '../syntax/source';

/** Files for `.include`, `#include` and `.incbin`. */
export interface FileAccess {
  /** Whether something was asked for that is to be read before the unit can be assembled. */
  readonly isIncomplete: boolean;
  /** A source by the path written in a directive; undefined when it is not at hand. */
  source(
    path: string,
    fromFile: string,
    preprocessed: boolean,
    angled: boolean,
    next?: IncludeNext,
  ): SourceText | undefined;
  bytes(path: string, fromFile: string): Uint8Array | undefined;
  /**
   * Notes that a directive has nothing to include. @returns why none of the files that its path may mean can be read although one is there,
   * as a sentence about it goes on
   */
  miss(path: string, fromFile: string, angled: boolean, next?: IncludeNext): string | undefined;
}
