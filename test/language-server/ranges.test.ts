import assert from 'node:assert/strict';
import type { FoldingRange, SelectionRange } from 'vscode-languageserver';
import { ask } from './ask';
import { parseMarked } from './marks';

async function folds(text: string, name = 'main.s'): Promise<string[]> {
  const found = await ask<FoldingRange[]>('textDocument/foldingRange', text, {}, { name });
  return found.map(({ startLine, endLine, kind }) => `${startLine}-${endLine}${kind ? ` ${kind}` : ''}`).sort();
}

describe('Language server: folding', () => {
  const cases: readonly [what: string, text: string, folds: string[], name?: string][] = [
    ['comments', '# a\n# b\n nop\n/* c\n d */\n', ['0-1 comment', '3-4 comment']],
    ['comments of .S files', '# a\n# if I may\n#if 1\n nop\n#endif', ['2-4'], 'main.S'],
    ['macros and what is in them', '.macro m\n.if 1\n nop\n.endif\n.endm', ['0-4', '1-3']],
    ['the parts of a condition', '.if 1\n nop\n.elseif 2\n nop\n.else\n nop\n.endif', ['0-1', '2-3', '4-6']],
    ['parts of #if', '#ifdef A\n nop\n#else\n nop\n#endif', ['0-1', '2-4'], 'main.S'],
    ['repeats', '.rept 3\n.irp x, 1, 2\n.byte \\x\n.endr\n.endr', ['0-4', '1-3']],
    ['labels', 'f:\n nop\n nop\n\n# about g\ng: ret\n', ['0-2']],
    ['functions with their labels', '.globl f\nf: nop\nloop: nop\n j loop\n', ['1-3', '2-3']],
    [
      'regions',
      '# region a\n// region b\n nop\n# endregion\n# endregion\n',
      ['0-4 region', '1-3 region', '0-1 comment', '3-4 comment'],
    ],
    ['nothing that does not end', '.macro m\n nop', []],
    ['nothing that did not begin', '.endm\n.endif\n# endregion', []],
  ];
  for (const [what, text, expected, name] of cases) {
    it(`folds ${what}`, async () => assert.deepEqual(await folds(text, name), expected.sort()));
  }
});

describe('Language server: selection ranges', () => {
  /** What each step selects, innermost first. */
  async function selections(marked: string): Promise<string[]> {
    const { text, position } = parseMarked(marked);
    const [selection] = await ask<SelectionRange[]>('textDocument/selectionRange', marked, { positions: [position] });
    const lines = text.split('\n');
    const steps: string[] = [];
    for (let at: SelectionRange | undefined = selection; at; at = at.parent) {
      const { start, end } = at.range;
      steps.push(
        start.line === end.line
          ? lines[start.line]!.slice(start.character, end.character)
          : `${start.line}-${end.line}`,
      );
    }
    return steps;
  }
  it('grow from the word to the text', async () => {
    const text = '.data\n.word 1\n.text\n.globl f\nf: nop\n.if 1\nx: ld a0, 8(s$0p) # c\n nop\n.endif\n ret\n';
    assert.deepEqual(await selections(text), [
      'sp',
      '8(sp)',
      'a0, 8(sp)',
      'ld a0, 8(sp)',
      'x: ld a0, 8(sp)',
      'x: ld a0, 8(sp) # c',
      '5-8',
      '4-9',
      '2-10',
      '0-10',
    ]);
  });
  it('answer for positions beyond the text', async () => {
    const far = { line: 99, character: 99 };
    const found = await ask<SelectionRange[]>('textDocument/selectionRange', ' nop', { positions: [far, far] });
    assert.equal(found.length, 2);
    await assert.rejects(ask('textDocument/selectionRange', ' nop', { positions: [{}] }), /positions/);
  });
});
