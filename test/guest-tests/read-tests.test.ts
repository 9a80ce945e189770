import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readTests } from '../../simulator/guest-tests/index';
import { LONGEST_TEXT } from '../../simulator/guest-tests/marks';
import { numbersFrom } from '../support/random';
import { problemsOf, testsOf } from './run-tests';

/** All that a test says, without the places where it stands. */
function said(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each) =>
      key === 'range'
        ? undefined
        : typeof each === 'bigint'
          ? `${each}n`
          : each instanceof Uint8Array
            ? [...each]
            : each,
    ),
  );
}

describe('a test file', () => {
  it('and annotations mean the same', () => {
    const source = `
#! with harts 2
#! with memory 8M
#! limit 5000
#! expect never at panic
#! test "one"
#! engines none full
#! type "a\\n" after "> "
#! type "b"
#! expect console contains "x"
#! expect console contains "y"
#! expect console matches "^z$"
#! expect exit killed illegal-access
#! expect exits csr-access < 10
#! expect exits <= 100
#! expect a0 == 42 at loop every
#! expect at done within 10
#! expect a1 == 1
#! expect memory table + 8 in gpa words 1 -2 at done 2
#! expect memory text text "abc"
#! expect instructions < 99
#! expect time >= 5ms
#! test "two words"
#! expect console is "a" "b"
#! expect exit 3
`;
    const file = {
      harts: 2,
      memory: '8M',
      limit: 5000,
      expect: { never: 'panic' },
      tests: {
        one: {
          engines: ['none', 'full'],
          input: [{ after: '> ', type: 'a\n' }, { type: 'b' }],
          expect: {
            console: { contains: ['x', 'y'], matches: '^z$' },
            exit: { killed: 'illegal-access' },
            exits: { 'csr-access': '< 10', total: '<= 100' },
            at: [
              { place: 'loop', arrival: 'every', state: 'a0 == 42' },
              { place: 'done', within: 10 },
              { place: 'done', arrival: 2, memory: [{ address: 'table + 8', space: 'gpa', words: [1, '-2'] }] },
            ],
            state: ['a1 == 1'],
            memory: [{ address: 'text', text: 'abc' }],
            instructions: '< 99',
            time: '>= 5ms',
          },
        },
        'two words': { expect: { console: 'ab', exit: 3 } },
      },
    };
    const [annotated, written] = [testsOf('guest.S', source), testsOf('guest.test.json', JSON.stringify(file))];
    assert.deepEqual(said(annotated), said(written));
    const [one, two] = annotated;
    assert.equal(one?.machine.harts, 2);
    assert.equal(one?.machine.memory, 8 * 2 ** 20);
    assert.deepEqual(one?.expectations.time?.value, 5_000_000n);
    assert.deepEqual(two?.engines, ['none', 'full', 'hardware']);
    assert.deepEqual(two?.expectations.never.length, 1, 'what stands before the first test holds for all');
  });

  it('without tests is one, with the name of the file', () => {
    const [test, another] = testsOf('boot.test.json', '{ "expect": { "console": "ok" } }');
    assert.equal(test?.name, 'boot');
    assert.equal(another, undefined);
    assert.equal(testsOf('boot.S', '#! expect console "ok"')[0]?.name, 'boot');
    assert.deepEqual(testsOf('boot.test.json', '{}')[0]?.expectations.exit.ending, { code: 0 });
  });

  it('of firmware of its own runs without a VMM', () => {
    assert.deepEqual(testsOf('m.test.json', '{ "firmware": "none" }')[0]?.engines, ['none']);
    assert.deepEqual(problemsOf('m.test.json', '{ "firmware": "none", "engines": ["full"] }'), [
      '1:23: "engines" must be ["none"] with firmware "none": a VMM has firmware of its own',
    ]);
  });

  const wrong: readonly (readonly [text: string, problem: RegExp])[] = [
    ['{ "tests": ', /^1:12: not valid JSON: /],
    ['[]', /^1:1: the test file must be an object, not a list$/],
    ['{ "harts": 9 }', /^1:12: "harts" must be an integer from 1 to 8, not 9$/],
    ['{ "virtualization": "full" }', /^1:3: "virtualization" is said by "engines" in a test$/],
    ['{ "engins": [] }', /^1:3: the test file has nothing called "engins": is "engines" meant\?$/],
    ['{ "engines": ["fast"] }', /^1:15: "engines"\[0\] must be "full" or "hardware" or "para" or "none", not "fast"$/],
    ['{ "tests": { "a": { "expect": { "exits": { "csr-acess": 1 } } } } }', /^1:44: .*is "csr-access" meant\?$/],
    [
      '{ "expect": { "exits": { "mmio": "few" } } }',
      /^1:34: .*must be a number, or a comparison with one such as "< 10"/,
    ],
    ['{ "expect": { "time": "< 5" } }', /^1:23: "expect": "time" must be a comparison with a time such as "< 5ms"/],
    ['{ "expect": { "state": "a0 ==" } }', /^1:24: "expect": "state" is no expression: 'a0 ==' ends too early$/],
    ['{ "expect": { "state": ["a0", "a0 = 1"] } }', /^1:31: .*changes something, and a test only looks: == compares$/],
    ['{ "expect": { "console": { "matches": "(" } } }', /^1:39: .*must be a regular expression: /],
    ['{ "expect": { "console": {} } }', /^1:15: .*nothing is expected so$/],
    ['{ "expect": { "at": [{ "place": "a b" }] } }', /^1:33: .*must be a label such as "done"/],
    ['{ "expect": { "at": [{ "state": "a0" }] } }', /^1:22: .*"place" must be .* and is missing$/],
    ['{ "expect": { "memory": [{ "address": 0 }] } }', /^1:26: .*must have one of "bytes", "halfwords", "words"/],
    [
      '{ "expect": { "memory": [{ "address": 0, "bytes": [256] }] } }',
      /^1:42: .*has 256, which does not fit into 1 byte$/,
    ],
    ['{ "expect": { "exit": "never" } }', /^1:23: "expect": "exit" must be a code, "killed", /],
    [
      '{ "disks": [{ "file": "a", "write": "inPlace" }] }',
      /^1:37: .*must be "copy": a test leaves its disks as they are$/,
    ],
    ['{ "engines": ["none"], "expect": { "exits": { "total": 1 } } }', /^1:56: exits are counted where there is a VMM/],
    ['{ "tests": { "a": {}, "a": {} } }', /^1:23: .*is there twice/],
  ];
  for (const [text, problem] of wrong)
    it(`is refused with its place: ${text}`, () => {
      const [first, ...others] = problemsOf('guest.test.json', text);
      assert.match(first ?? '', problem);
      assert.deepEqual(others, []);
    });

  it('that is too long is refused', () => {
    assert.match(problemsOf('a.test.json', ' '.repeat(LONGEST_TEXT + 1))[0] ?? '', /^1:1: the file has more than/);
  });
});

describe('annotations', () => {
  it('are comments with a mark, wherever they stand', () => {
    const source = `#!/usr/bin/env hyperstep
/* #! expect exit 1 */
        .ascii "#! expect exit 2" #! expect exit 3
# #! expect exit 4
        li a0, '#' #! expect a0 == '#' here
`;
    const [test] = testsOf('guest.S', source);
    assert.deepEqual(test?.expectations.exit.ending, { code: 3 });
    const [arrival] = test?.expectations.arrivals ?? [];
    assert.equal(arrival?.place.text, 'guest.S:5');
    assert.equal(arrival?.state[0]?.text, "a0 == '#'");
  });

  it('keep an expression as it is', () => {
    const [test] = testsOf('guest.s', '#! expect ((long *)at_home)[2] == 0x10 && (time) > 5 at done+4 every');
    const [arrival] = test?.expectations.arrivals ?? [];
    assert.equal(arrival?.state[0]?.text, '((long *)at_home)[2] == 0x10 && (time) > 5');
    assert.deepEqual(arrival?.place, { text: 'done+4', label: 'done', offset: 4n });
  });

  it('have a name called __proto__', () => {
    const [test] = testsOf('guest.s', '#! test "__proto__"\n#! expect exit 4');
    assert.equal(test?.name, '__proto__');
    assert.deepEqual(test?.expectations.exit.ending, { code: 4 });
  });

  const wrong: readonly (readonly [text: string, problem: RegExp])[] = [
    ['#! tset "a"', /^1:4: 'tset' begins no annotation: is 'test' meant\?$/],
    ['#! test a', /^1:9: the name of a test stands between double quotes, as in JSON$/],
    ['#! test', /^1:8: the name of a test between double quotes is expected here$/],
    ['#! test "a"\n#! test "a"', /^2:4: there are two tests "a", the first in line 1$/],
    ['#! expect exit 1\n#! expect exit 2', /^2:4: this is said twice of one test, the first time in line 1$/],
    ['#! expect', /^1:10: what is expected, such as a0 == 42 is expected here$/],
    ['#! expect exit soon', /^1:16: an exit is a code, killed, .*, not 'soon'$/],
    ['#! expect exit 1 2', /^1:18: '2' is not expected here$/],
    ['#! expect console "a', /^1:19: what is printed stands between double quotes, as in JSON$/],
    ['#! expect a0 == at done', /^1:4: .*is no expression: 'a0 ==' ends too early$/],
    ['#! expect exits csr-acess < 1', /^1:4: .*is "csr-access" meant\?$/],
    ['#! expect memory table 1 2', /^1:18: bytes, halfwords, words, doublewords, text must say what is there$/],
    ['#! expect memory words 1', /^1:18: bytes, halfwords/],
    ['#! with harts', /^1:14: a value is expected here$/],
    ['#! with harts many', /^1:4: "harts" must be an integer from 1 to 8, not "many"$/],
    ['#! test "a"\n#! with march rv64i', /^2:4: .*has nothing called "march"/],
    ['#! with disks [{]', /^1:1\d: '\[\{\]' is no value, as JSON has it$/],
    ['        nop # x\n        nop #! engines', /^2:23: an engine is expected here$/],
    ['#! engines fast', /^1:4: "engines"\[0\] must be "full" or "hardware" or "para" or "none", not "fast"$/],
    ['#! limit 0', /^1:4: "limit" must be an integer from 1/],
    ['#! expect at done every within 4', /^1:4: .*is about one arrival: "first" or a number$/],
  ];
  for (const [text, problem] of wrong)
    it(`are refused with their place: ${text}`, () => {
      const [first, ...others] = problemsOf('guest.S', text);
      assert.match(first ?? '', problem);
      assert.deepEqual(others, []);
    });

  it('of any text are understood, or refused', () => {
    const words =
      'test expect engines with limit type after at here every within never console exit exits memory words bytes text in gpa "a" "a\\n" " < == 1 0x10 done loop+4 a.S:3 ( ) [ { harts 2 } none full killed instructions time \\ __proto__ csr-access'.split(
        ' ',
      );
    const next = numbersFrom(1);
    const pick = (): string => words[next(words.length)] ?? '';
    for (let round = 0; round < 3000; round++) {
      const lines = Array.from({ length: 3 }, () => `#! ${Array.from({ length: 1 + next(7) }, pick).join(' ')}`);
      const read = readTests('guest.S', lines.join('\n'));
      assert.ok(read.file !== undefined || read.problems.length > 0, lines.join('\n'));
    }
  });
});
