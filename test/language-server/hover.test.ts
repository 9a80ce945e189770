import assert from 'node:assert/strict';
import type { Hover } from 'vscode-languageserver';
import { ask, type Setting } from './ask';

async function hover(marked: string, setting?: Setting): Promise<string> {
  const result = await ask<Hover | null>('textDocument/hover', marked, {}, setting);
  return result ? (result.contents as { value: string }).value : '';
}

const S: Setting = { name: 'main.S' };

describe('Language server: hover', () => {
  const cases: readonly [what: string, marked: string, shown: readonly RegExp[], setting?: Setting][] = [
    [
      'an instruction: syntax, meaning, and each field with its bits and value',
      'a$0ddi a0, a1, -1',
      [
        /addi rd, rs1, imm/,
        /rd = rs1 \+ imm/,
        /\| 31:20 \| 19:15 \| 14:12 \| 11:7 \| 6:0 \|/,
        /\| imm \| rs1 \| funct3 \| rd \| opcode \|/,
        /\| `111111111111` \| `01011` \| `000` \| `01010` \| `0010011` \|/,
        /\| -1 \| a1 \| {2}\| a0 \| {2}\|/,
      ],
    ],
    [
      'split immediates',
      's$0d a0, 40(sp)',
      [/Assembled as `c\.sdsp`, which is `sd` in 2 bytes/, /imm\[5:3\] \| imm\[8:6\]/],
    ],
    [
      'a form that is not assembled, without values',
      's$0d a0, 40(sp)\n oops',
      [/\| imm\[11:5\] \| rs2 \|/, /\| \.\.\.\.\.\.\. \|/],
    ],
    ['ordering bits', 'amoadd.w.a$0q a0, a1, (a2)', [/amoadd\.w\.aq rd, rs2, \(rs1\)/, /\| aq \| rl \| rs2 \|/]],
    ['where code stands', '.globl _start\n_start: n$0op\n', [/At `0x80200000`: `01 00`/]],
    [
      'a pseudo-instruction, and what it came to',
      '_start: l$0i a0, 0x12345678',
      [/addi rd, zero, imm/, /Here[\s\S]*lui a0, 0x12345\s+addiw a0, a0, 1656/],
    ],
    [
      'the form that is used, others in short',
      'j$0alr a0',
      [/```riscv-asm\njalr rs\n```/, /Other forms:[\s\S]*jalr rd, imm\(rs1\)/],
    ],
    [
      'who executes a CSR access',
      'csrw$0 satp, t0',
      [
        /needs supervisor mode/,
        /\| `full` \| traps to the VMM/,
        /\| `hardware` \| the hart does it, on `vsatp` in its place \| traps to the VMM \(VU-mode\)/,
      ],
    ],
    ['an extension', '.option arch, +zb$0c', [/\*\*zbc\*\*: Carry-less multiplication/, /The machine runs it\./]],
    ['an extension that the machine lacks', '.option arch, +zk$0n', [/does not run it/, /Brings along `zbkb`/]],
    [
      'an instruction that the machine does not run',
      'sha2$056sum0 a0, a1',
      [/SHA-256 and SHA-512 hashes: zknh/, /The machine does not run it/],
    ],
    ['a rounding mode', 'fcvt.w.d a0, fa0, rt$0z', [/^\*\*rtz\*\* \(`rm` = 1\): round towards zero$/]],
    ['the rounding mode of arithmetic', 'fadd.s fa0, fa1, fa2, rm$0m', [/`rm` = 4.*larger magnitude/]],
    ['the rounding mode that a register has', 'fsqrt.d fa0, fa1, $0dyn', [/`rm` = 7.*`frm` field of `fcsr`/]],
    ['the first set of a fence', 'fence io$0rw, w', [/^\*\*iorw\*\*: device input \(`i`\), .*come first$/]],
    ['the second set of a fence', 'fence iorw, r$0w', [/^\*\*rw\*\*: memory reads .* memory writes .*wait$/]],
    [
      'who executes wfi',
      'w$0fi',
      [/\| `hardware` \| traps to the VMM \(`hstatus\.VTW`\), which does it on the virtual hart \|/],
    ],
    [
      'who takes an environment call',
      'e$0call',
      [
        /\| `hardware` \| traps to the VMM \(as cause 10\): an SBI call/,
        /\| `none` \| traps to the firmware \(as cause 9\): an SBI call/,
      ],
    ],
    ['machine mode', 'mr$0et', [/needs machine mode/, /illegal instruction/]],
    [
      'a CSR with its fields',
      'csrr a0, sat$0p',
      [/CSR 0x180, supervisor mode/, /\| MODE \| 63:60 \|[^|]*8 = Sv39/, /`full` \| traps/],
    ],
    ['a counter', 'csrr a0, tim$0e', [/user mode, read-only/, /\| `full` \| traps to the VMM \(`scounteren`\)/]],
    ['a register', 'add a0, s$00, a1', [/\*\*s0\*\* \(x8, also fp\).*saved by the callee/]],
    ['a float register', 'fadd.d fa0, fs$01, fa1', [/fs1.*f9.*saved by the callee/]],
    ['an operator', 'lui a0, %h$0i(x)', [/%hi\(symbol\)/, /Upper 20 bits/]],
    ['a directive', '.bal$0ign 8', [/\.balign bytes\[, fill/, /multiple of a number of bytes/]],
    ['a number in each base', 'li a0, 0x1$00', [/^`16 = 0x10 = 0b10000`$/]],
    ['a number as characters', 'li a0, 0x4142$0', [/'AB'/]],
    ['a negative pattern', '.dword 0xffffffffffffff$0fe', [/= -2 =/]],
    ['a character', "li a0, 'A$0'", [/65 = 0x41/]],
    [
      'a constant',
      '# The size.\n.equ size, 40\n li a0, si$0ze',
      [/\.equ size, 40/, /The size\./, /size\*\* = `40 = 0x28/],
    ],
    [
      'a label with the comment above it',
      '.globl _start\n_start: j ne$0xt\n/* Goes on.\n   Really. */\nnext: nop',
      [/next: nop/, /Goes on\.\nReally\./, /next\*\* = `0x80200002`: local in \.text/],
    ],
    ['the comment behind it', 'j ne$0xt\nnext: nop # here', [/\n\nhere\n\n/]],
    [
      'a symbol with size and type',
      '.type f, @function\nf: j f$0\n.size f, .-f',
      [/function, local in \.text, 2 bytes/],
    ],
    ['a symbol while the program has errors', 'f: oops\n j f$0', [/f\*\* = \.text \+ `0x0`: local/]],
    ['a symbol that is not there', ' call far$0', [/far\*\*: not defined in this program/]],
    ['a numeric label', '1: nop\n j 1b$0', [/Line 1, 1 lines above:\n\n```riscv-asm\n1: nop/]],
    [
      'a macro, and what a call becomes',
      '# Saves.\n.macro push r:req, at=0\n sd \\r, \\at(sp)\n.endm\npu$0sh a0, 8',
      [/\.macro push r:req, at=0\n\s+sd \\r, \\at\(sp\)\n\.endm/, /Saves\./, /This call:[\s\S]*sd a0, ?8\(sp\)/],
    ],
    ['a parameter', '.macro push r:req\n sd \\$0r, 0(sp)\n.endm', [/`r:req` of macro \*\*push\*\*: must be given/]],
    [
      'a #define',
      '#define UART 0x10000000 // base\nli a0, UA$0RT',
      [/#define UART 0x10000000/, /\nbase\n|base$/m, /268435456/],
      S,
    ],
    [
      'a #define in several steps',
      '#define A B\n#define B(x) ((x)+1)\nli a0, B$0(A)',
      [/becomes[\s\S]*\(\(B\)\+1\)/],
      S,
    ],
    [
      'a whole hypercall, by the name that its header has for it',
      '#include <hyperstep-pv.h>\nhypercall PV_EV$0ENT',
      [
        /#define PV_EVENT +8 /,
        /\*\*event\*\*: hypercall 8, answered under every way to virtualize/,
        /\| 5 \| send \|/,
        /\| a2 \| y \|/,
      ],
      S,
    ],
    [
      'a hypercall by its number, where a7 has the extension',
      'li a0, 5\nli a1, 3\nli a6, $08\nli a7, 0x0a004853\necall',
      [/\*\*event\*\*: hypercall 8, answered under every way to virtualize/, /\| 5 \| send \|/, /\| a2 \| y \|/],
    ],
    [
      'one whose extension has a name, and comes first',
      '#include <hyperstep-pv.h>\n li x17, PV_EXTENSION\n li x16, 1$02\n li a0, 0\n ecall',
      [/\*\*multicall\*\*: hypercall 12/],
      S,
    ],
    [
      'one that para alone answers',
      'li a7, 0x0a004853\nli a6, $05\necall',
      [/hypercall 5, answered under `para` alone/],
    ],
    ['a number that is of no hypercall', 'li a7, 0x0a004853\nli a6, 9$09\necall', [/^`99 = 0x63/]],
    ['a number for another extension', 'li a7, 0x10\nli a6, $08\necall', [/^`8 = 0x8/]],
    ['a number of a call that comes later', 'li a6, $08\necall\nli a7, 0x0a004853\necall', [/^`8 = 0x8/]],
    ['a number that another one takes the place of', 'li a7, 0x0a004853\nli a6, $08\nli a6, 7\necall', [/^`8 = 0x8/]],
    [
      'a hypercall, of the header that comes with the machine',
      '#include <hyperstep-pv.h>\nli a0, PV_SCHED_OP_YI$0ELD',
      [/#define PV_SCHED_OP_YIELD +0 /, /Lets others have the hart that want it too/],
      S,
    ],
    [
      'one of a file of that name that is nearer',
      '#include "hyperstep-pv.h"\nli a0, PV_SCHED_OP_YI$0ELD',
      [/#define PV_SCHED_OP_YIELD 77/],
      { ...S, files: { 'hyperstep-pv.h': '#define PV_SCHED_OP_YIELD 77\n' } },
    ],
    ['a section', '.section .text.a$0, "ax"\n nop\n nop', [/Section \*\*\.text/]],
    ['an included file', '.include "inc$0.inc"', [/w\/inc\.inc`/, /2 lines/], { files: { 'inc.inc': 'nop\n' } }],
  ];
  for (const [what, marked, shown, setting] of cases) {
    it(`shows ${what}`, async () => {
      const text = await hover(marked, setting);
      for (const part of shown) assert.match(text, part);
    });
  }

  it('says nothing of comments, spaces and unknown words', async () => {
    for (const marked of ['nop # a$0', ' $0 nop', 'unkno$0wn a0', '.asciz "a$0"', ' fence w$0r, r'])
      assert.equal(await hover(marked), '', marked);
  });
  it('has a table for every instruction, whose fields cover all bits', async () => {
    const { instructions } = await import('../../simulator/isa');
    const { bitTable } = await import('../../extension/language-server/ide/descriptions/bit-table');
    for (const instruction of instructions) {
      const [head = '', , , bits = ''] = bitTable(instruction).split('\n');
      const ranges = head.match(/\d+(:\d+)?/g)!.map((range) => range.split(':').map(Number));
      const width = ranges.reduce((sum, [high = 0, low = high]) => sum + high - low + 1, 0);
      assert.equal(width, instruction.length * 8, instruction.name);
      const fixed = bits.replace(/[^01.]/g, '');
      assert.equal(fixed.length, instruction.length * 8, instruction.name);
    }
  });
});
