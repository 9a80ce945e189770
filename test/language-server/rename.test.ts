import assert from 'node:assert/strict';
import type { WorkspaceEdit } from 'vscode-languageserver';
import { ask, type Setting } from './ask';
import { applyEdits, parseMarked } from './marks';

/** The document after a rename. */
async function renamed(marked: string, newName: string, setting?: Setting): Promise<string> {
  const edit = await ask<WorkspaceEdit>('textDocument/rename', marked, { newName }, setting);
  return applyEdits(parseMarked(marked).text, edit.changes?.[`file:///w/${setting?.name ?? 'main.s'}`] ?? []);
}

const refuses = (marked: string, newName: string, why: RegExp, setting?: Setting): Promise<void> =>
  assert.rejects(renamed(marked, newName, setting), why);

describe('Language server: rename', () => {
  const cases: readonly [what: string, marked: string, newName: string, result: string, setting?: Setting][] = [
    ['a symbol', 'a$0: j a\n la a0, a+4 # a', 'b', 'b: j b\n la a0, b+4 # a'],
    [
      'a symbol that .altmacro evaluates',
      ' .altmacro\n .macro keep which\n sd x\\which, \\which*8(sp)\n .endm\n .set count$0, 5\n .rept 3\n keep %count\n' +
        ' .set count, count + 1\n .endr',
      'number',
      ' .altmacro\n .macro keep which\n sd x\\which, \\which*8(sp)\n .endm\n .set number, 5\n .rept 3\n keep %number\n' +
        ' .set number, number + 1\n .endr',
    ],
    [
      'a parameter that .altmacro takes without a backslash',
      ' .altmacro\n .macro save reg, at=reg, op\n op reg$0, at(sp) # reg\n sd \\reg, x&reg&y\n .ascii "reg"\n .endm\nreg: save s0\n j reg',
      'r',
      ' .altmacro\n .macro save r, at=reg, op\n op r, at(sp) # reg\n sd \\r, x&r&y\n .ascii "reg"\n .endm\nreg: save s0\n j reg',
    ],
    [
      'a symbol that is the default of a parameter',
      'size$0 = 8\n .macro m size:req, b=size, c=a0\n .dword \\size\n .endm',
      'unit',
      'unit = 8\n .macro m size:req, b=unit, c=a0\n .dword \\size\n .endm',
    ],
    [
      'a symbol, where a parameter of .altmacro has its name',
      'reg$0: .dword 5\n .altmacro\n .macro save reg\n sd reg, 0(sp)\n .endm\n la a0, reg',
      'data',
      'data: .dword 5\n .altmacro\n .macro save reg\n sd reg, 0(sp)\n .endm\n la a0, data',
    ],
    [
      'a name that is LOCAL to its macro',
      ' .altmacro\n .macro wait count\n LOCAL again, end\n li t0, count\nagain$0: addi t0, t0, -1\n bnez t0, again\nend:\n .endm\nagain: nop\n',
      'loop',
      ' .altmacro\n .macro wait count\n LOCAL loop, end\n li t0, count\nloop: addi t0, t0, -1\n bnez t0, loop\nend:\n .endm\nagain: nop\n',
    ],
    [
      'a register whatever is a parameter under .noaltmacro',
      ' .altmacro\n .noaltmacro\n .macro m n\n li a0, n\n .endm\n$0n = 5',
      'k',
      ' .altmacro\n .noaltmacro\n .macro m n\n li a0, k\n .endm\nk = 5',
    ],
    [
      'a symbol in each place where .altmacro evaluates',
      ' .altmacro\nn = 1\n .macro m a=%n, b\n .endm\n m %n+1, %2*n\n m b=%n\n m %n$0, %(n)\n .irp i, %n, 2\n .endr',
      'k',
      ' .altmacro\nk = 1\n .macro m a=%k, b\n .endm\n m %k+1, %2*k\n m b=%k\n m %k, %(k)\n .irp i, %k, 2\n .endr',
    ],
    ['no operator of that name', 'hi$0 = 5\n lui a0, %hi(hi)', 'top', 'top = 5\n lui a0, %hi(top)'],
    ['a macro', '.macro m\n.endm\n M$0\n m', 'n', '.macro n\n.endm\n n\n n'],
    [
      'a parameter, in its macro only',
      '.macro m r\n mv \\r, \\$0r\n.endm\n.macro n r\n mv \\r, a0\n.endm',
      'reg',
      '.macro m reg\n mv \\reg, \\reg\n.endm\n.macro n r\n mv \\r, a0\n.endm',
    ],
    [
      'a #define',
      '#define N 5\n#if N$0\nli a0, N\n#endif',
      'M',
      '#define M 5\n#if M\nli a0, M\n#endif',
      { name: 'main.S' },
    ],
    ['a numeric label with its uses', '1: j 1$0b\n j 1b\n1: j 1b', '2', '2: j 2b\n j 2b\n1: j 1b'],
    ['a numeric label with uses before it', ' j 1f\n1$0: nop\n j 1b', '7', ' j 7f\n7: nop\n j 7b'],
  ];
  for (const [what, marked, newName, result, setting] of cases) {
    it(`changes ${what}`, async () => assert.equal(await renamed(marked, newName, setting), result));
  }

  it('changes all files of the program', async () => {
    const files = {
      'hyperstep.json': '{ "program": ["main.s", "other.s"] }',
      'other.s': '.globl helper\nhelper: ret\n',
    };
    const edit = await ask<WorkspaceEdit>('textDocument/rename', ' call hel$0per', { newName: 'assist' }, { files });
    const counts = Object.entries(edit.changes!).map(([uri, edits]) => [uri, edits.length]);
    assert.deepEqual(counts.sort(), [
      ['file:///w/main.s', 1],
      ['file:///w/other.s', 2],
    ]);
  });

  it('refuses names that are none, or are taken', async () => {
    const text = 'first$0: nop\nother: nop';
    await refuses(text, '1x', /no name/);
    await refuses(text, '', /no name/);
    await refuses(text, 'a0', /register/);
    await refuses(text, 'satp', /CSR/);
    const bare = ' .altmacro\n .macro m re$0g, b\n sd reg, x\n .endm';
    await refuses(bare, 'x', /would become the parameter/);
    await refuses(bare, 'b', /has a parameter 'b' already/);
    await refuses(text, 'other', /in use/);
    await refuses('.macro m$0\n.endm', 'ADD', /instruction/);
    await refuses('.macro m a, b\n mv \\$0a, \\b\n.endm', 'b', /parameter/);
  });

  it('refuses numbers that would give a jump another target', async () => {
    await refuses('1$0: nop\n2: j 1b\n j 2b', '2', /'2' is in use in line 2/);
    // A jump before, whose label comes after.
    await refuses(' j 2f\n1$0: nop\n2: nop', '2', /'2' is used in line 1/);
    await refuses('2: nop\n1$0: nop\n j 2b', '2', /'2' is used in line 3/);
    await refuses('1$0: nop', 'one', /must stay a number/);
    await refuses('1$0: nop', '02', /leading zeros/);
  });

  it('offers no rename of what is no name of the program', async () => {
    for (const marked of [
      'add a$00, a0, a0',
      ' ad$0d a0, a0, a0',
      ' csrr a0, sa$0tp',
      ' j unkn$0own',
      ' j 1$0f',
      '.te$0xt',
    ]) {
      assert.equal(await ask('textDocument/prepareRename', marked), null, marked);
    }
  });

  it('prepares with the name alone', async () => {
    const range = (start: number, end: number) => ({
      start: { line: 1, character: start },
      end: { line: 1, character: end },
    });
    assert.deepEqual(await ask('textDocument/prepareRename', '1:\n j 1$0b'), { range: range(3, 4), placeholder: '1' });
    assert.deepEqual(await ask('textDocument/prepareRename', '.macro m r\n mv \\$0r, a0\n.endm'), {
      range: range(5, 6),
      placeholder: 'r',
    });
  });
});
