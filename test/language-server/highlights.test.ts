import assert from 'node:assert/strict';
import type { DocumentHighlight } from 'vscode-languageserver';
import { ask } from './ask';

const kinds = { 1: 'text', 2: 'read', 3: 'write' };

async function highlights(marked: string): Promise<string[]> {
  const found = (await ask<DocumentHighlight[] | null>('textDocument/documentHighlight', marked)) ?? [];
  return found.map(({ range, kind }) => `${range.start.line}:${range.start.character} ${kinds[kind!]}`).sort();
}

describe('Language server: highlights', () => {
  const cases: readonly [what: string, marked: string, found: string[]][] = [
    ['a symbol', 'f$0: j f', ['0:0 write', '0:5 read']],
    [
      'a register, written or read',
      ' addi a0, $0a0, 1\n mv a0, a1\n sd a0, 0(a0)',
      ['0:10 read', '0:6 write', '1:4 write', '2:10 read', '2:4 read'],
    ],
    ['a register by its other names', ' mv s$00, x8\n mv fp, a0', ['0:4 write', '0:8 read', '1:4 write']],
    ['a destination that is read too', ' c.addi a$00, 1', ['0:8 write']],
    ['a register within its function', '.globl f, g\nf: mv a$00, a1\n ret\ng: mv a0, a1', ['1:6 write']],
    ['a float register', ' fadd.d fa0, f$0a0, fa1', ['0:13 read', '0:8 write']],
    ['a parameter', '.macro m r\n mv \\$0r, a0\n.endm', ['0:9 write', '1:4 read']],
  ];
  for (const [what, marked, found] of cases) {
    it(`marks ${what}`, async () => assert.deepEqual(await highlights(marked), found));
  }
  it('marks nothing in strings', async () => assert.deepEqual(await highlights('.asciz "a$0"'), []));
});
