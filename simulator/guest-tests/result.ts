import type { Range } from '../assembler/source/diagnostic';
import type { Virtualization } from '../system/system';

/** A line of a source, from 0. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** An expectation that was not met, or that could not be tried. */
export interface Failure {
  /** Where the expectation is written. */
  readonly range: Range;
  /** What was expected, and what came, in one line. */
  readonly message: string;
  /** More of it, line by line. */
  readonly details: readonly string[];
  /** Where the guest stood. */
  readonly place: SourceLine | undefined;
  /** How often it had come there. */
  readonly arrival?: number;
  /** Where two texts are to be the same: both of them whole. */
  readonly texts?: { readonly expected: string; readonly came: string };
}

/**
 * `passed`: all was as expected; `failed`: something was not; `limit`: the guest still ran at its limit, which nobody expected; `not-tried`: the
 * test means something that its program does not have.
 */
export type TestOutcome = 'passed' | 'failed' | 'limit' | 'not-tried';

/** What came of a test on one engine. */
export interface TestResult {
  readonly name: string;
  /** Where the test is written. */
  readonly range: Range;
  readonly engine: Virtualization;
  readonly outcome: TestOutcome;
  readonly failures: readonly Failure[];
  readonly instructions: number;
  /** By the guest's clock. */
  readonly nanoseconds: number;
  readonly console: string;
}
