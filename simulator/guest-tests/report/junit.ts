import { type FileReport, failureLines, type ReportedTest, titleOf } from './report';

/** What came of tests in the form of JUnit that CI systems read: a suite a file, a case a test and engine. */
export function junitText(reports: readonly FileReport[]): string {
  const suites = reports.map(suiteOf);
  const all = { tests: 0, failures: 0, errors: 0 };
  for (const { counts } of suites) {
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
  }
  const seconds = reports.flatMap(({ tests }) => tests).reduce((sum, test) => sum + test.seconds, 0);
  const attributes = { name: 'hyperstep', ...all, time: seconds.toFixed(3) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    'testsuites',
    attributes,
    suites.map(({ text }) => text),
  )}`;
}

interface Suite {
  readonly text: string;
  readonly counts: { readonly tests: number; readonly failures: number; readonly errors: number };
}

function suiteOf({ file, problems, tests }: FileReport): Suite {
  const cases = [
    ...problems.map((problem) => problemCase(file, problem)),
    ...tests.map((test) => testCase(file, test)),
  ];
  const count = (isCounted: (test: ReportedTest) => boolean): number => tests.filter(isCounted).length;
  const counts = {
    tests: cases.length,
    failures: count(({ outcome }) => outcome === 'failed' || outcome === 'limit'),
    errors: problems.length + count(({ outcome }) => outcome === 'not-tried'),
  };
  const time = tests.reduce((sum, test) => sum + test.seconds, 0).toFixed(3);
  return { counts, text: element('testsuite', { name: file, ...counts, skipped: 0, time }, cases) };
}

function problemCase(file: string, problem: string): string {
  const error = element('error', { message: firstLine(problem), type: 'not-tried' }, problem);
  return element('testcase', { name: 'the tests can be tried', classname: file, time: '0.000' }, [error]);
}

function testCase(file: string, test: ReportedTest): string {
  const lines = failureLines(file, test);
  const kind = test.outcome === 'not-tried' ? 'error' : 'failure';
  const wrong =
    test.outcome === 'passed'
      ? []
      : [element(kind, { message: test.failures[0]?.message ?? '', type: test.outcome }, lines.join('\n'))];
  const output = test.console === '' ? [] : [element('system-out', {}, test.console)];
  return element('testcase', { name: titleOf(test), classname: file, time: test.seconds.toFixed(3) }, [
    ...wrong,
    ...output,
  ]);
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

/** @param inside its text, or its elements */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  inside: string | readonly string[],
): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const contents =
    typeof inside === 'string' ? escaped(inside, false) : inside.length > 0 ? `\n${inside.join('')}` : '';
  return contents === '' ? `<${name}${said.join('')}/>\n` : `<${name}${said.join('')}>${contents}</${name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text in XML 1.0, which cannot have most control characters, halves of surrogate pairs and two others, whatever a guest prints. */
function escaped(text: string, isAttribute = true): string {
  const marked = text
    .replace(
      /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('\r', '&#13;');
  // An attribute's line breaks would be read as spaces.
  return isAttribute ? marked.replaceAll('\n', '&#10;').replaceAll('\t', '&#9;') : marked;
}
