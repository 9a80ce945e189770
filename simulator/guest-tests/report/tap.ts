import { type FileReport, failureLines, type ReportedTest, titleOf } from './report';

/** What came of tests by the Test Anything Protocol, version 14. */
export function tapText(reports: readonly FileReport[]): string {
  const points = reports.flatMap(({ file, problems, tests }) => [
    ...problems.map((problem) => point(false, `${file} could not be tried`, [problem], 'not-tried')),
    ...tests.map((test) =>
      point(test.outcome === 'passed', `${file}: ${titleOf(test)}`, linesOf(file, test), test.outcome),
    ),
  ]);
  const numbered = points.map(({ isOk, description, block }, index) =>
    [`${isOk ? 'ok' : 'not ok'} ${index + 1} - ${description}`, ...block].join('\n'),
  );
  return `${['TAP version 14', `1..${points.length}`, ...numbered].join('\n')}\n`;
}

const linesOf = (file: string, test: ReportedTest): string[] => failureLines(file, test);

interface Point {
  readonly isOk: boolean;
  readonly description: string;
  /** The YAML block below it. */
  readonly block: readonly string[];
}

function point(isOk: boolean, description: string, lines: readonly string[], outcome: string): Point {
  const block = [
    '  ---',
    `  outcome: ${outcome}`,
    '  message: |-',
    ...lines.map((line) => `    ${oneLine(line)}`),
    '  ...',
  ];
  return { isOk, description: escaped(description), block: isOk ? [] : block };
}

/** A hash would begin a directive. */
const escaped = (text: string): string => oneLine(text).replace(/[\\#]/g, '\\$&');

/** A description and a line of YAML have no control characters. */
const oneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
