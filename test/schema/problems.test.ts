import assert from 'node:assert/strict';
import { Integer, Array as ListOf, Object as ObjectOf, Optional, String as Text, Union } from '@sinclair/typebox';
import { describe, it } from 'mocha';
import { withoutNulls } from '../../simulator/schema/nulls';
import { dottedPath, problemsOf, quotedPath } from '../../simulator/schema/problems';
import { choice, mapOf } from '../../simulator/schema/schema';
import { withoutProblems } from '../../simulator/schema/usable';

const file = ObjectOf({ file: Text(), offset: Optional(Text({ pattern: '^0x', expected: 'a number such as 0x4' })) });
const schema = ObjectOf(
  {
    kind: choice(['some', 'any']),
    count: Optional(Integer({ minimum: 0, maximum: 9 })),
    size: Optional(Integer({ minimum: 0, unit: 'bytes' })),
    files: Optional(ListOf(Union([Text(), file]), { maxItems: 2, expected: 'a list of files' })),
    names: Optional(mapOf(Text())),
  },
  { additionalProperties: false },
);

const said = (value: unknown): string[] =>
  problemsOf(schema, value).map(({ about, text }) => `${quotedPath(about, 'it')} ${text}`);

describe('problems with options say what is wrong, where, and what would be right', () => {
  const cases: [title: string, value: unknown, problems: string[]][] = [
    ['nothing', { kind: 'any', count: 9, files: ['a', { file: 'b', offset: '0x1' }], names: { a: 'b' } }, []],
    ['no object', [], ['it must be an object with "kind", not a list']],
    ['what is missing', {}, ['"kind" must be "some" or "any", and is missing']],
    ['another word', { kind: 'none' }, ['"kind" must be "some" or "any", not "none"']],
    ['a long word', { kind: 'x'.repeat(50) }, [`"kind" must be "some" or "any", not "${'x'.repeat(40)}..."`]],
    ['a number out of range', { kind: 'any', count: 10 }, ['"count" must be an integer from 0 to 9, not 10']],
    ['a number with a unit', { kind: 'any', size: -1 }, ['"size" must be an integer from 0 (bytes), not -1']],
    ['no number at all', { kind: 'any', count: null }, ['"count" must be an integer from 0 to 9, not null']],
    ['no list', { kind: 'any', files: 'a' }, ['"files" must be a list of files, not "a"']],
    ['a list that is too long', { kind: 'any', files: ['a', 'b', 'c'] }, ['"files" must have at most 2 entries']],
    [
      'what is inside the variant that is meant',
      { kind: 'any', files: ['a', { file: 'b', offset: 4 }] },
      ['"files"[1]: "offset" must be a number such as 0x4, not 4'],
    ],
    ['no variant', { kind: 'any', files: [4] }, ['"files"[0] must be a string or an object with "file", not 4']],
    [
      'a name that is a path',
      { kind: 'any', names: { 'a/b~c\nd': 1 } },
      ['"names": "a/b~c\\nd" must be a string, not 1'],
    ],
    [
      'what nobody knows, with all else',
      { kind: 'any', knid: 1, count: 'x' },
      [
        'it has no option "knid"; there are "kind", "count", "size", "files", "names"',
        '"count" must be an integer from 0 to 9, not "x"',
      ],
    ],
  ];
  for (const [title, value, problems] of cases) it(title, () => assert.deepEqual(said(value), problems));

  it('with the place as a program writes it', () => {
    const [problem] = problemsOf(schema, { kind: 'any', files: [{ file: 4 }] });
    assert.equal(problem && dottedPath(problem.about, 'arguments'), 'arguments.files[0].file');
  });
});

describe('what is right of options with problems', () => {
  it('is used, but for lists, which are wrong as a whole', () => {
    const given = { kind: 'any', count: 'x', files: ['a', 4], names: { a: 'b', c: 4 }, more: 1 };
    assert.deepEqual(withoutProblems(given, problemsOf(schema, given)), { kind: 'any', names: { a: 'b' } });
    assert.equal(withoutProblems('x', problemsOf(schema, 'x')), undefined);
  });
});

describe('null', () => {
  it('is nothing where something may be absent, and a value elsewhere', () => {
    const given = { kind: null, count: null, files: [{ file: null, offset: null }], names: null, more: null };
    assert.deepEqual(withoutNulls(schema, given), { kind: null, files: given.files, more: null });
    assert.deepEqual(withoutNulls(ListOf(file), given.files), [{ file: null }]);
  });
});
