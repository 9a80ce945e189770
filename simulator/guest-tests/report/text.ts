import { type FileReport, failureLines, type ReportedTest, summaryOf, titleOf } from './report';

const MARKS = { passed: 'ok  ', failed: 'FAIL', limit: 'LIMIT', 'not-tried': 'ERROR' } as const;

/** What came of a file's tests, for somebody who reads it in a terminal. */
export function fileText({ file, problems, tests }: FileReport): string {
  const lines = [file, ...problems.map((problem) => `  ERROR ${problem}`)];
  for (const test of tests)
    lines.push(
      `  ${MARKS[test.outcome].padEnd(5)} ${titleOf(test)}`,
      ...failureLines(file, test).map((line) => `        ${line}`),
    );
  return `${lines.join('\n')}\n`;
}

/** The last line: how many tests came to what. */
export function summaryText(reports: readonly FileReport[]): string {
  const { passed, failed, limit, 'not-tried': notTried, instructions } = summaryOf(reports);
  const others = [
    `${failed} failed`,
    ...(limit > 0 ? [`${limit} at the limit`] : []),
    ...(notTried > 0 ? [`${notTried} could not be tried`] : []),
  ];
  return `${passed} passed, ${others.join(', ')} (${instructions} instructions)\n`;
}

/** All of it as data. */
export function jsonText(reports: readonly FileReport[]): string {
  const files = reports.map(({ file, problems, tests }) => ({ file, problems, tests: tests.map(testData) }));
  return `${JSON.stringify({ summary: summaryOf(reports), files }, null, 2)}\n`;
}

/** Lines and columns from 1, as in all that is printed. */
function testData({
  name,
  range,
  engine,
  outcome,
  failures,
  instructions,
  nanoseconds,
  console,
}: ReportedTest): object {
  return {
    ...{ name, engine, outcome, line: range.start.line + 1, instructions, nanoseconds },
    failures: failures.map(({ range: { start }, message, details, place }) => ({
      ...{ message, details, line: start.line + 1, column: start.column + 1 },
      ...(place ? { guest: { file: place.file, line: place.line + 1 } } : {}),
    })),
    console,
  };
}
