import assert from 'node:assert/strict';
import type { CompletionItem, CompletionList, MarkupContent } from 'vscode-languageserver';
import { ask, type Setting } from './ask';
import { TestClient } from './client';
import { applyEdits, parseMarked } from './marks';

async function items(marked: string, setting?: Setting): Promise<CompletionItem[]> {
  return (await ask<CompletionList>('textDocument/completion', marked, {}, setting)).items;
}

const S: Setting = { name: 'main.S' };
const snippets: Setting = {
  capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } } } },
};

/** The text after an item is accepted. */
async function accepted(marked: string, label: string, setting?: Setting): Promise<string> {
  const item = (await items(marked, setting)).find((candidate) => candidate.label === label);
  assert.ok(item?.textEdit && 'range' in item.textEdit, `${label} is offered`);
  return applyEdits(parseMarked(marked).text, [item.textEdit]);
}

describe('Language server: completion', () => {
  const cases: readonly [where: string, marked: string, offered: string, not: string, setting?: Setting][] = [
    ['where a statement begins', '.macro mine\n.endm\nlabel: ad$0', 'addi amoadd.w mine csrw .word', 'a0 label'],
    ['on an empty line', '$0', 'addi .text', 'a0'],
    ['after a separator', 'nop; ad$0', 'addi', 'a0'],
    ['after a label without a space', 'x:$0', 'addi', 'a0'],
    ['for a directive', '.bal$0', '.balign .balignw', 'addi'],
    ['for a directive in capital letters', ' .GL$0', '.globl', 'addi'],
    ['with a smaller instruction set', '.option arch, rv64i\n$0', 'addi', 'mul fadd.d c.add'],
    ['with extensions taken away', '.option push\n.option arch, -zba\n$0', 'addi fadd.d', 'sh1add'],
    ['with the options given back', '.option push\n.option arch, -zba\n.option pop\n$0', 'addi sh1add', ''],
    ['without compression', '.option norvc\n$0', 'addi', 'c.addi'],
    [
      'of a program with an -march',
      '$0',
      'addi mul',
      'fadd.d c.add',
      { files: { 'hyperstep.json': '{ "march": "rv64im" }' } },
    ],
    ['for an integer register', 'counter: add $0', 'a0 sp fp', 'fa0 counter addi'],
    ['for a register or constant', 'counter: add a0, a1, $0', 'a0 counter', 'fa0'],
    ['for registers by number', ' add x$0', 'x10 a0', 'f10'],
    ['for a float register', 'x: fadd.d fa0, $0', 'ft11 fa0', 'a0 x'],
    ['for registers of both files', ' fmv.x.d $0', 'a0', 'fa0'],
    ['for a rounding mode', ' fcvt.w.d a0, fa0, $0', 'rtz dyn', 'a0'],
    ['for a fence', ' fence $0', 'rw iorw', 'a0'],
    ['for a CSR', ' csrw s$0', 'satp sstatus', 't0'],
    ['for a CSR that comes second', ' csrr a0, $0', 'scause', 't0'],
    ['for the base of an address', 'x: ld a0, 8($0', 'sp', 'x'],
    ['in an operator', 'x: ld a0, %lo($0', 'x', 'sp'],
    ['after a percent sign', ' lui a0, %$0', '%hi %lo', 'a0'],
    ['for a jump', '1: nop\nx: j $0\n2: nop', '1b 2f x', 'a0 1f 2b'],
    ['for a load from a symbol', 'x: .word 1\n la a1, x\n lw a0, $0', 'x sp a1', '.L0'],
    ['for a #define', '#define LIMIT 3\n li a0, L$0', 'LIMIT', 'li', S],
    [
      'for a hypercall, where its header is included',
      '#include "hyperstep-pv.h"\n hypercall PV_E$0',
      'PV_EVENT PV_EVENT_SEND PV_EXTENSION',
      'PV_SCHED_OP_POLLS',
      S,
    ],
    ['for a hypercall, and without its header', ' li a6, PV_E$0', '', 'PV_EVENT', S],
    [
      'for a #define of a header',
      '#include "h.h"\n li a0, $0',
      'LIMIT',
      '',
      { ...S, files: { 'h.h': '#define LIMIT 3\n' } },
    ],
    ['for an option', '.option $0', 'rvc norelax arch', 'a0'],
    ['for an extension', '.option arch, $0', '+m -c', 'rvc'],
    ['for a section', '.section .mine, "a"\n.section $0', '.text .rodata .mine', 'a0'],
    ['for the flags of a section', '.section .x, $0', '"ax" "aw"', '.text'],
    ['for the type of a symbol', 'f: nop\n.type f, $0', '@function', 'f'],
    ['for a symbol to export', 'f: nop\n.globl $0', 'f', 'a0'],
    ['for data', 'f: nop\n.dword $0', 'f', 'a0'],
    ['for the value of a constant', 'f: nop\nn = $0', 'f', 'a0'],
    ['for a macro to forget', '.macro m\n.endm\n.purgem $0', 'm', 'a0'],
    ['for the arguments of a macro', '.macro push r, at=0\n.endm\nx: push $0', 'a0 x r= at=', 'addi'],
    ['for a parameter', '.macro m reg\n mv \\$0\n.endm', '\\reg \\@', 'a0'],
    ['for a parameter that is begun', '.macro m reg\n mv \\r$0\n.endm', '\\reg', 'a0'],
    ['for the preprocessor', '#in$0', '#include #ifdef', 'addi', S],
    ['for a condition of the preprocessor', '#define A\n#ifdef $0', 'A', 'addi', S],
    ['for an expression of the preprocessor', '#define A\n#if $0', 'A defined', 'addi', S],
    ['for a file', '.include "$0', 'one.inc sub/', 'addi', { files: { 'one.inc': '', 'sub/two.inc': '' } }],
    [
      'for a file in a folder',
      '.include "sub/$0',
      'two.inc',
      'one.inc',
      { files: { 'one.inc': '', 'sub/two.inc': '' } },
    ],
    [
      'for a header of an include folder',
      '#include <$0',
      'two.h',
      'one.h',
      { ...S, files: { 'one.h': '', 'inc/two.h': '', 'hyperstep.json': '{ "includePaths": ["inc"] }' } },
    ],
    ['in a line with errors', 'x: ld a0, ) 8($0', 'sp', ''],
    ['before other operands', 'x: add $0, a1, a2', 'a0', 'x'],
  ];
  for (const [where, marked, offered, not, setting] of cases) {
    it(`offers what fits ${where}`, async () => {
      const labels = (await items(marked, setting)).map(({ label }) => label);
      for (const label of offered.split(' ').filter(Boolean))
        assert.ok(labels.includes(label), `${label} in ${labels.slice(0, 20)}`);
      for (const label of not.split(' ').filter(Boolean)) assert.ok(!labels.includes(label), `no ${label}`);
    });
  }

  const orders: readonly [where: string, marked: string, order: string][] = [
    ['in a source that says nothing', ' csrr a0, $0', 'satp time mstatus'],
    ['in code of supervisor mode', ' csrw stvec, a0\n csrr a0, $0\n sret', 'scause time mcause'],
    ['in code of machine mode', ' csrw mtvec, a0\n csrr a0, $0', 'mcause scause time'],
    ['where a CSR of machine mode has its number', ' csrw 0x305, a0\n csrr a0, $0', 'mcause scause time'],
    ['before a return from machine mode', ' csrr a0, $0\n mret', 'mcause scause time'],
    ['in spite of the line itself', ' csrr mcause, $0\n', 'scause time mcause'],
    ['in spite of comments', ' # mret\n csrr a0, $0', 'scause time mcause'],
  ];
  for (const [where, marked, order] of orders) {
    it(`offers the CSRs of the mode first ${where}`, async () => {
      const wanted = order.split(' ');
      const found = (await items(marked)).filter(({ label }) => wanted.includes(label));
      const sorted = found.sort((a, b) => (a.sortText! < b.sortText! ? -1 : 1));
      assert.deepEqual(
        sorted.map(({ label }) => label),
        wanted,
      );
    });
  }

  it('offers nothing in comments, strings and for new names', async () => {
    for (const marked of [
      'nop # ad$0',
      '/* ad$0',
      '/*\nad$0 */',
      '.asciz "ad$0"',
      '.macro $0',
      '# ad$0',
      ' nop // ad$0',
    ])
      assert.deepEqual(await items(marked), [], marked);
  });

  it('offers each thing once', async () => {
    for (const marked of ['$0', ' add $0', ' j $0', ' csrr a0, $0']) {
      const labels = (await items(`x: nop\n${marked}`)).map(({ label }) => label);
      assert.equal(new Set(labels).size, labels.length, marked);
    }
  });

  it('writes operands as places to fill in, as the source writes them', async () => {
    assert.equal(await accepted(' ad$0', 'addi', snippets), ' addi ${1:rd}, ${2:rs1}, ${3:imm}');
    assert.equal(await accepted(' l$0', 'ld', snippets), ' ld ${1:rd}, ${2:imm}(${3:rs1})');
    assert.equal(await accepted(' re$0', 'ret', snippets), ' ret');
    assert.equal(await accepted(' sf$0', 'sfence.vma', snippets), ' sfence.vma');
    assert.equal(
      await accepted('\tmv\ta0, a1\n\tad$0', 'add', snippets),
      '\tmv\ta0, a1\n\tadd\t${1:rd}, ${2:rs1}, ${3:rs2}',
    );
    assert.equal(await accepted('.ma$0', '.macro', snippets), '.macro ${1:name}\n\t$0\n.endm');
    assert.equal(await accepted('.eq$0', '.equ', snippets), '.equ ${1:symbol}, ${2:expression}');
    assert.equal(
      await accepted('.macro put r:req, n=1\n.endm\n pu$0', 'put', snippets),
      '.macro put r:req, n=1\n.endm\n put ${1:r}',
    );
    assert.equal(await accepted(' lui a0, %$0', '%hi', snippets), ' lui a0, %hi(${1:symbol})');
    assert.equal(await accepted('#if$0', '#ifdef', { ...S, ...snippets }), '#ifdef ${1:NAME}\n$0\n#endif');
  });
  it('writes the name alone where operands are, and for clients without snippets', async () => {
    assert.equal(await accepted(' ad$0 a0, a1, 1', 'addi', snippets), ' addi a0, a1, 1');
    assert.equal(await accepted(' ad$0', 'addi'), ' addi');
    assert.equal(await accepted(' lui a0, %h$0', '%hi'), ' lui a0, %hi');
  });

  it('says of a symbol what and where it is', async () => {
    const found = await items('f: nop\n.data\nd: .word 1\nn = 5\n la a0, $0');
    const of = (label: string) => {
      const item = found.find((candidate) => candidate.label === label);
      return [item?.kind, item?.detail, item?.labelDetails?.description];
    };
    assert.deepEqual(of('f'), [3, undefined, '.text']);
    assert.deepEqual(of('d'), [6, undefined, '.data']);
    assert.deepEqual(of('n'), [21, 'n = 0x5', undefined]);
  });

  it('offers the symbols that match best when there are many', async () => {
    const text = Array.from({ length: 1000 }, (_, i) => `symbol_${i}:`).join('\n');
    const many = await ask<CompletionList>('textDocument/completion', `${text}\n j $0`);
    assert.equal(many.isIncomplete, true);
    const few = await ask<CompletionList>('textDocument/completion', `${text}\n j s999$0`);
    assert.deepEqual([few.isIncomplete, few.items.map(({ label }) => label)], [false, ['symbol_999']]);
  });

  it('documents an item when it is looked at', async () => {
    const client = await TestClient.start();
    const text = '# Waits.\n.macro pause_a_bit n\n.endm\n# The start.\nf: nop\n';
    const { uri } = await client.open('main.s', text);
    const documentation = async (line: string, label: string): Promise<string> => {
      await client.change(uri, [{ text: text + line }]);
      const position = { line: 5, character: line.length };
      const list = await client.request<CompletionList>('textDocument/completion', { textDocument: { uri }, position });
      const item = list.items.find((candidate) => candidate.label === label)!;
      const resolved = await client.request<CompletionItem>('completionItem/resolve', item);
      return (resolved.documentation as MarkupContent).value;
    };
    assert.match(await documentation(' ad', 'addi'), /rd = rs1 \+ imm[\s\S]*31:20/);
    assert.match(await documentation(' csrr a0, s', 'satp'), /MODE/);
    assert.match(await documentation(' add ', 'ra'), /return address/);
    assert.match(await documentation(' .bal', '.balign'), /multiple/);
    assert.match(await documentation(' lui a0, %', '%hi'), /Upper 20 bits/);
    assert.match(await documentation(' pau', 'pause_a_bit'), /Waits\./);
    assert.match(await documentation(' j ', 'f'), /The start\./);
    const bare = { label: 'x' };
    assert.deepEqual(await client.request('completionItem/resolve', bare), bare);
    client.stop();
  });
});
