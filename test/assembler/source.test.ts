import assert from 'node:assert/strict';
import { SourceText, type TextEdit } from '../../simulator/project';
import { numbersFrom } from '../support/random';

const pieces = [
  'add a0, a1, a2',
  'label:',
  '1: j 1b',
  '.word 1, 2',
  '# comment',
  '/* open',
  'close */',
  '// slash',
  '.macro m x',
  '\\x',
  '.endm',
  '"string /* no */"',
  "'a'",
  "'\\''",
  ';',
  '\n',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '#define A 1',
  'x = 5',
  '"',
  "'",
  '\\',
  '/*',
  '*/',
  'é',
  '𝒳',
  '\0',
];

function randomText(next: (below: number) => number, count: number): string {
  return Array.from({ length: count }, () => pieces[next(pieces.length)]).join(next(2) ? ' ' : '');
}

describe('SourceText', () => {
  it('gives the same lines after random edits as parsing the whole text', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = numbersFrom(seed * 7919);
      let text = randomText(next, 60).replace(/\r\n/g, '\n');
      const path = seed % 2 ? 'a.s' : 'a.S';
      let source = SourceText.parse(path, text);
      for (let i = 0; i < 25; i++) {
        const lines = text.split('\n');
        const startLine = next(lines.length);
        const endLine = Math.min(lines.length - 1, startLine + next(3));
        const startColumn = next(lines[startLine]!.length + 1);
        const endColumn =
          startLine === endLine
            ? startColumn + next(lines[endLine]!.length - startColumn + 1)
            : next(lines[endLine]!.length + 1);
        const edit: TextEdit = {
          startLine,
          startColumn,
          endLine,
          endColumn,
          text: randomText(next, next(4)).replace(/\r\n/g, '\n'),
        };
        source = source.edit(edit);
        const before = [...lines.slice(0, startLine), lines[startLine]!.slice(0, startColumn)].join('\n');
        const after = [lines[endLine]!.slice(endColumn), ...lines.slice(endLine + 1)].join('\n');
        text = before + edit.text + after;
        assert.equal(source.text, text);
        assert.deepEqual(source.lines, SourceText.parse(path, text).lines);
      }
    }
  });

  it('parses only the lines that an edit touches', () => {
    const text = Array.from({ length: 100 }, (_, i) => `label${i}: addi a0, a0, ${i}`).join('\n');
    const source = SourceText.parse('a.s', text);
    const edited = source.edit({ startLine: 50, startColumn: 0, endLine: 50, endColumn: 1, text: 'M' });
    const shared = edited.lines.filter((line, i) => line === source.lines[i]);
    assert.equal(shared.length, 99);
  });

  it('takes an edit beyond the text as one at its end', () => {
    const source = SourceText.parse('a.s', 'nop').edit({
      startLine: 9,
      startColumn: 99,
      endLine: 9,
      endColumn: 99,
      text: '\nret',
    });
    assert.equal(source.text, 'nop\nret');
  });

  it('finds labels, names and operands in columns', () => {
    const [line] = SourceText.parse('a.s', 'a: 1:  add  a0, a1 # note ; not code\n').lines;
    const [statement] = line!.statements;
    assert.deepEqual(
      statement!.labels.map(({ name, start, end, numeric }) => ({ name, start, end, numeric })),
      [
        { name: 'a', start: 0, end: 1, numeric: false },
        { name: '1', start: 3, end: 4, numeric: true },
      ],
    );
    assert.equal(statement!.name, 'add');
    assert.equal(statement!.operandText, 'a0, a1');
  });
});
