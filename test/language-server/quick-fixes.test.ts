import assert from 'node:assert/strict';
import type { CodeAction, Diagnostic, TextEdit } from 'vscode-languageserver';
import { TestClient } from './client';

/** The texts that the fixes of the first diagnostic of a kind make, by their titles. */
async function fixed(text: string, code: string): Promise<Record<string, string>> {
  const client = await TestClient.start();
  try {
    const { uri } = await client.open('main.s', text);
    const { items } = await client.request<{ items: Diagnostic[] }>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    const diagnostic = items.find((item) => item.code === code);
    assert.ok(diagnostic, `no '${code}' among ${items.map((item) => item.code).join()}`);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
    return Object.fromEntries(actions.map(({ title, edit }) => [title, apply(text, edit?.changes?.[uri] ?? [])]));
  } finally {
    client.stop();
  }
}

function apply(text: string, edits: readonly TextEdit[]): string {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  const offset = ({ line, character }: { line: number; character: number }): number => starts[line]! + character;
  const sorted = edits.map((edit, order) => ({ edit, order }));
  // From the end on; of two at one place the first stands first.
  sorted.sort((a, b) => offset(b.edit.range.start) - offset(a.edit.range.start) || b.order - a.order);
  return sorted.reduce(
    (done, { edit: { range, newText } }) =>
      done.slice(0, offset(range.start)) + newText + done.slice(offset(range.end)),
    text,
  );
}

const first = async (text: string, code: string): Promise<string> => Object.values(await fixed(text, code))[0] ?? '';

describe('Quick fixes', () => {
  it('change a misspelt mnemonic, register, CSR and directive', async () => {
    assert.equal(await first('_start: adddi a0, a0, 1\n', 'unknown-instruction'), '_start: addi a0, a0, 1\n');
    assert.equal(await first('_start: csrw sattp, a0\n', 'unknown-csr'), '_start: csrw satp, a0\n');
    assert.equal(await first('.wrod 1\n', 'unknown-directive'), '.word 1\n');
  });

  it('put commas between operands that only blanks part', async () => {
    assert.equal(await first('_start: add a0 a1 a2\n', 'operand-count'), '_start: add a0, a1, a2\n');
    assert.equal(await first('_start: lw a0 0(sp)\n', 'operand-count'), '_start: lw a0, 0(sp)\n');
  });

  it('name what is written otherwise elsewhere', async () => {
    assert.equal(await first('.asciiz "x"\n', 'unknown-directive'), '.asciz "x"\n');
    assert.equal(await first(' add a0, $t3, a1\n', 'unknown-register'), ' add a0, t3, a1\n');
    assert.equal(await first(' subi a0, a0, 1\n', 'unknown-instruction'), ' addi a0, a0, 1\n');
    assert.equal(await first(' mov a0, a1\n', 'unknown-instruction'), ' mv a0, a1\n');
    assert.equal(
      await first('.macro m base\n lw a0, 0(base)\n.endm\n m sp\n', 'unknown-register'),
      '.macro m base\n lw a0, 0(\\base)\n.endm\n m sp\n',
    );
  });

  it('repeat the destination where a source is missing, and fill in what else is', async () => {
    assert.equal(await first('_start: addi a0, 1 # more\n', 'operand-count'), '_start: addi a0, a0, 1 # more\n');
    assert.equal(await first('_start: lw a0\n', 'operand-count'), '_start: lw a0, 0(sp)\n');
  });

  it("give a guest the supervisor's CSR", async () => {
    assert.equal(await first('_start: csrw mtvec, a0\n j .\n', 'csr-privilege'), '_start: csrw stvec, a0\n j .\n');
  });

  it('take away what nothing leads to', async () => {
    const text = '_start:\n j .\n li a0, 1\n li a1, 1\nf: ret\n';
    assert.equal(await first(text, 'unreachable'), '_start:\n j .\nf: ret\n');
  });

  it('end code that runs on', async () => {
    assert.equal(await first('.globl f\nf:\n  li a0, 1\n', 'runs-off-the-end'), '.globl f\nf:\n  li a0, 1\n  ret\n');
    const titles = Object.keys(await fixed('_start:\n  li a0, 1\n .asciz "x"\n', 'runs-into-data'));
    assert.deepEqual(titles, ["Insert 'ret'", "Insert 'j .', which stays here"]);
  });

  it('align data, with the label that names it', async () => {
    const text = '.data\n.byte 1\ntable:\n  .word 5\n';
    assert.equal(await first(text, 'unaligned'), '.data\n.byte 1\n  .balign 4\ntable:\n  .word 5\n');
  });

  it('keep the linker from the global pointer', async () => {
    assert.equal(
      await first('_start:\n  la gp, __global_pointer$\n  j .\n', 'gp-relaxed'),
      '_start:\n  .option push\n  .option norelax\n  la gp, __global_pointer$\n  .option pop\n  j .\n',
    );
  });

  it('branch over a jump where a branch does not reach, with a label that is free', async () => {
    const far = '.section .text.far\n.skip 0x200000\nfar: j .\n';
    const text = `_start:\n1: beqz a0, far\n j 1b\n${far}`;
    assert.equal(await first(text, 'branch-range'), `_start:\n1: bnez a0, 2f\n  tail far\n2:\n j 1b\n${far}`);
  });

  it('jump farther where a jump does not reach', async () => {
    const far = '.section .text.far\n.skip 0x200000\nfar: j .\n';
    assert.equal(await first(`_start: j far\n${far}`, 'branch-range'), `_start: tail far\n${far}`);
  });

  it('are none for diagnostics that a client makes up', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('main.s', 'nop\n');
    const nowhere = { start: { line: 99, character: 0 }, end: { line: 99, character: 1 } };
    const ask = (diagnostics: unknown): Promise<unknown> =>
      client.request('textDocument/codeAction', { textDocument: { uri }, range: nowhere, context: { diagnostics } });
    assert.deepEqual(
      await ask([{ range: nowhere, message: '', code: 'unreachable' }, { code: 'unaligned' }, null]),
      [],
    );
    assert.deepEqual(await ask('none'), []);
    client.stop();
  });
});
