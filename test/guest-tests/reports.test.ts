import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type FileReport,
  fileText,
  junitText,
  type ReportedTest,
  summaryText,
  tapText,
} from '../../simulator/guest-tests/index';
import { readXml, type XmlElement } from './xml';

const range = { start: { line: 2, column: 3 }, end: { line: 2, column: 9 } };
const failure = {
  range,
  message: 'console: it differs in line 1, column 1',
  details: ['expected: "<a & b>"', 'came:     "\u001b[0m"'],
  place: undefined,
};

const test = (name: string, outcome: ReportedTest['outcome'], console = ''): ReportedTest => ({
  name,
  range,
  engine: 'full',
  outcome,
  failures: outcome === 'passed' ? [] : [failure],
  instructions: 10,
  nanoseconds: 10,
  console,
  seconds: 0.25,
});

const reports: readonly FileReport[] = [
  {
    file: 'a "quoted" & <odd> # name.S',
    problems: [],
    tests: [
      test('adds # up', 'passed', 'ok\n'),
      test('differs\nin two lines', 'failed', 'bell \u0007 half \ud800 \ufffe ]]> \r\n'),
      test('goes on', 'limit'),
      test('means nothing', 'not-tried'),
    ],
  },
  { file: 'b.S', problems: ["b.S:1:1: error: nothing is called 'x'\nb.S:2:1: error: nor y"], tests: [] },
];

/** The structure that CI systems agree on: Jenkins' schema of JUnit's XML, of what is written here. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['name', 'tests', 'failures', 'errors', 'time'],
  testsuite: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'],
  testcase: ['name', 'classname', 'time'],
  failure: ['message', 'type'],
  error: ['message', 'type'],
  'system-out': [],
};
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['testsuite'],
  testsuite: ['testcase'],
  testcase: ['failure', 'error', 'system-out'],
};

function check(element: XmlElement): void {
  const { name, attributes, children } = element;
  assert.deepEqual(Object.keys(attributes), ATTRIBUTES[name], name);
  for (const key of ['tests', 'failures', 'errors', 'skipped'])
    if (attributes[key] !== undefined) assert.match(attributes[key], /^\d+$/);
  if (attributes['time'] !== undefined) assert.match(attributes['time'], /^\d+\.\d{3}$/);
  if (children.length > 0 || CHILDREN[name])
    if (CHILDREN[name]) assert.equal(name === 'testcase' || element.text.trim() === '', true);
  const order = CHILDREN[name] ?? [];
  const places = children.map((child) => order.indexOf(child.name));
  assert.ok(
    places.every((place) => place >= 0),
    name,
  );
  assert.deepEqual(places, [...places].sort(), 'in order');
  children.forEach(check);
}

describe('a report for CI', () => {
  it('is JUnit’s XML, whatever a guest prints', () => {
    const root = readXml(junitText(reports));
    assert.equal(root.name, 'testsuites');
    check(root);
    const { tests, failures, errors, time } = root.attributes;
    assert.deepEqual([tests, failures, errors, time], ['5', '2', '2', '1.000']);
    const [a, b] = root.children;
    assert.equal(a?.attributes['name'], 'a "quoted" & <odd> # name.S');
    const [passed, failed, limit, notTried] = a?.children ?? [];
    assert.equal(passed?.attributes['name'], 'adds # up [full]');
    assert.deepEqual(
      passed?.children.map(({ name, text }) => [name, text]),
      [['system-out', 'ok\n']],
    );
    assert.equal(failed?.attributes['name'], 'differs\nin two lines [full]');
    assert.equal(failed?.children[0]?.attributes['message'], 'console: it differs in line 1, column 1');
    assert.match(
      failed?.children[0]?.text ?? '',
      /name\.S:3:4: console: .*\n {2}expected: "<a & b>"\n {2}came: {5}"\\x1b\[0m"$/,
    );
    assert.equal(failed?.children[1]?.text, 'bell \\x07 half \ufffd \\xfffe ]]> \r\n');
    assert.equal(limit?.children[0]?.name, 'failure');
    assert.equal(limit?.children[0]?.attributes['type'], 'limit');
    assert.equal(notTried?.children[0]?.name, 'error');
    const [problem] = b?.children ?? [];
    assert.equal(problem?.children[0]?.attributes['message'], "b.S:1:1: error: nothing is called 'x'");
  });

  it('follows TAP 14: version, plan, numbered points, escaped descriptions, indented YAML', () => {
    const lines = tapText(reports).trimEnd().split('\n');
    assert.equal(lines[0], 'TAP version 14');
    assert.equal(lines[1], '1..5');
    const points = lines.filter((line) => /^(not )?ok\b/.test(line));
    assert.equal(points.length, 5);
    for (const [index, point] of points.entries()) {
      const [, number, description = ''] = /^(?:not )?ok (\d+) - (.*)$/.exec(point) ?? [];
      assert.equal(Number(number), index + 1);
      // An unescaped hash would begin a directive, which makes a failure pass.
      assert.doesNotMatch(description.replace(/\\[\\#]/g, ''), /[#\\]/);
    }
    assert.equal(points[0], 'ok 1 - a "quoted" & <odd> \\# name.S: adds \\# up [full]');
    assert.match(points[1] ?? '', /^not ok 2 - .*differs\\\\x0ain two lines \[full\]$/);
    const others = lines.slice(2).filter((line) => !points.includes(line));
    // A block stands behind each point that is not ok, indented by two, between its two marks.
    assert.ok(others.every((line) => line.startsWith('  ')));
    assert.equal(others.filter((line) => line === '  ---').length, 4);
    assert.equal(others.filter((line) => line === '  ...').length, 4);
    assert.doesNotMatch(tapText(reports).replaceAll('\n', ''), /\p{Cc}/u);
  });

  it('is a text with places that a terminal leads to', () => {
    const [first] = reports;
    assert.ok(first);
    const text = fileText({ ...first, file: 'a.S' });
    assert.match(text, /^a\.S\n {2}ok {4}adds # up \[full\]\n {2}FAIL {2}differs/);
    assert.match(text, /\n {8}a\.S:3:4: console: it differs in line 1, column 1\n {10}expected: /);
    assert.equal(summaryText(reports), '1 passed, 1 failed, 1 at the limit, 2 could not be tried (40 instructions)\n');
  });
});
