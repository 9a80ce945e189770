import assert from 'node:assert/strict';
import type { SignatureHelp } from 'vscode-languageserver';
import { ask, type Setting } from './ask';

const S: Setting = { name: 'main.S' };

/** The active signature, its active parameter in brackets; '' for none. */
async function help(marked: string, setting?: Setting): Promise<string> {
  const found = await ask<SignatureHelp | null>('textDocument/signatureHelp', marked, {}, setting);
  const signature = found?.signatures[found.activeSignature ?? 0];
  if (!found || !signature) return '';
  const label = signature.parameters?.[found.activeParameter ?? 0]?.label;
  if (!Array.isArray(label)) return signature.label;
  const [start, end] = label;
  return `${signature.label.slice(0, start)}<${signature.label.slice(start, end)}>${signature.label.slice(end)}`;
}

describe('Language server: signature help', () => {
  const cases: readonly [marked: string, shown: string, setting?: Setting][] = [
    [' addi $0', 'addi <rd>, rs1, imm'],
    [' addi a0, $0', 'addi rd, <rs1>, imm'],
    [' addi a0, a1, $0', 'addi rd, rs1, <imm>'],
    [' add a0, a1, 4$0', 'add rd, rs1, <rs2>'],
    [' ld a0, $0', 'ld rd, <imm(rs1)>'],
    [' ld a0, 8($0', 'ld rd, <imm(rs1)>'],
    [' jalr a0, $0', 'jalr rd, <imm(rs1)>'],
    [' jal $0', 'jal <rd>, target'],
    [' sfence.vma a0, $0', 'sfence.vma [rs1[, <rs2>]]'],
    [' la a0, $0', 'la rd, <symbol>'],
    [' call $0', 'call <symbol>'],
    [' amoadd.w.aq a0, $0', 'amoadd.w.aq rd, <rs2>, (rs1)'],
    ['x: nop; addi $0', 'addi <rd>, rs1, imm'],
    ['.macro m a, b:req, c=1\n.endm\n m $0', 'm <a>, b:req, c=1'],
    ['.macro m a, b:req, c=1\n.endm\n m 1, $0', 'm a, <b:req>, c=1'],
    ['.macro m a, b:req, c=1\n.endm\n m 1, c=$0', 'm a, b:req, <c=1>'],
    ['.equ $0', '.equ <symbol>, expression'],
    ['.equ x, $0', '.equ symbol, <expression>'],
    ['.balign 4, $0', '.balign bytes[, <fill>[, limit]]'],
    ['.word 1, 2, $0', '.word <expression>, ...'],
    ['#define P(x, y) x\n .word P($0', 'P(<x>, y)', S],
    ['#define P(x, y) x\n .word P(1, $0', 'P(x, <y>)', S],
    ['#define P(x, ...) x\n .word P(1, 2, 3$0', 'P(x, <...>)', S],
    ['#define P(x) x\n addi P(a0), $0', 'addi rd, <rs1>, imm', S],
    [' addi$0', ''],
    [' # addi $0', ''],
    [' unknown $0', ''],
    ['.text $0', '.text [<subsection>]'],
  ];
  for (const [marked, shown, setting] of cases) {
    it(`shows ${shown || 'nothing'} for ${JSON.stringify(marked)}`, async () => {
      assert.equal(await help(marked, setting), shown);
    });
  }
  it('has every form, with what its operands may be', async () => {
    const found = await ask<SignatureHelp>('textDocument/signatureHelp', ' jal $0');
    assert.deepEqual(
      found.signatures.map(({ label }) => label),
      ['jal rd, target', 'jal target'],
    );
    const shift = await ask<SignatureHelp>('textDocument/signatureHelp', ' slli a0, a1, $0');
    assert.equal(shift.signatures[0]?.parameters?.[2]?.documentation, 'an integer from 0 to 63');
  });
});
