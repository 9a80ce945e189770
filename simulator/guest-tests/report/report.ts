import type { TestOutcome, TestResult } from '../result';

/** What came of the tests of a file. */
export interface FileReport {
  /** As messages name it. */
  readonly file: string;
  /** Why its tests, or some of them, could not be tried: as compilers say it, with places. */
  readonly problems: readonly string[];
  readonly tests: readonly ReportedTest[];
}

export interface ReportedTest extends TestResult {
  /** How long it took by the clock of this computer. */
  readonly seconds: number;
}

/** How many tests came to what. */
export type Summary = Readonly<Record<TestOutcome, number>> & { readonly instructions: number };

export function summaryOf(reports: readonly FileReport[]): Summary {
  const tests = reports.flatMap((report) => report.tests);
  const count = (outcome: TestOutcome): number => tests.filter((test) => test.outcome === outcome).length;
  const files = reports.filter(({ problems }) => problems.length > 0).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    limit: count('limit'),
    'not-tried': count('not-tried') + files,
    instructions: tests.reduce((sum, { instructions }) => sum + instructions, 0),
  };
}

/** A failure as compilers print it: lines and columns from 1, and below it what was expected and what came. */
export function failureLines(file: string, { failures }: TestResult): string[] {
  return failures.flatMap(({ range: { start }, message, details }) => [
    `${file}:${start.line + 1}:${start.column + 1}: ${message}`,
    ...details.map((line) => `  ${line}`),
  ]);
}

/** What a test is called among those of all engines. */
export const titleOf = ({ name, engine }: TestResult): string => `${name} [${engine}]`;
