import { FILL_TABLES, SBI_MACRO } from '../support/guest-text';
import { Random } from '../support/random';
import {
  PAGES,
  PRIVILEGE_MACROS,
  REGISTERS,
  randomEntry,
  randomLeaves,
  SKIPPING_HANDLER,
  WINDOW_ACCESSES,
  windowAddress,
} from './random-window';

/**
 * A random S-mode guest: page tables with random permissions, random accesses to them, changes of satp, SUM, MXR, privilege and
 * page-table entries (fenced), system calls, illegal instructions, timers and software interrupts. It traps often and goes on: its
 * handler skips the instruction that trapped, or enters the other privilege.
 */
export function randomKernel(seed: number): string {
  const random = new Random(seed);
  const lines = [PRELUDE];
  for (let i = 0; i < 160; i++) lines.push(`        ${random.pick(ACTIONS)(random)}`);
  return `${lines.join('\n')}\n        j       body\n${tables(random)}`;
}

const CSRS = [
  'sscratch',
  'scause',
  'stval',
  'sstatus',
  'sie',
  'sip',
  'scounteren',
  'satp',
  'senvcfg',
  'stvec',
  'sepc',
  'time',
  'cycle',
  'instret',
  'mstatus',
  'mepc',
  '0x5c0',
  '0x5c0',
];

/** Each makes one or a few instructions; t0 and t1 are free. */
const ACTIONS: readonly ((random: Random) => string)[] = [
  ...WINDOW_ACCESSES,
  (r) => `add ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}`,
  (r) => `mulhu ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}`,
  (r) => `li ${r.pick(REGISTERS)}, ${r.below(2 ** 31)}`,
  (r) => `csrr ${r.pick(REGISTERS)}, ${r.pick(CSRS)}`,
  (r) => `csrw sscratch, ${r.pick(REGISTERS)}`,
  (r) => `csrrs ${r.pick(REGISTERS)}, ${r.pick(['sstatus', 'sie', 'sip', 'scounteren'])}, zero`,
  (r) => `li t0, ${r.pick(['0x40000', '0x80000', '0xc0000'])}; ${r.pick(['csrs', 'csrc'])} sstatus, t0`,
  (r) => `csrsi sip, ${r.pick([0, 2])}`,
  (r) => `csr${r.pick(['s', 'c'])}i sie, 2`,
  (r) => `csr${r.pick(['s', 'c'])}i sstatus, 2`,
  (r) => `li t0, 0x20; csr${r.pick(['s', 'c'])} sie, t0`,
  // A page-table entry changes, and the fence that the manual asks for follows.
  (r) => `la t1, leaves; li t0, ${randomEntry(r)}; sd t0, ${r.below(PAGES) * 8}(t1); sfence.vma`,
  (r) =>
    `la t1, leaves; ld t0, ${r.below(PAGES) * 8}(t1); andi t0, t0, ~${r.pick([64, 128, 192])}; sd t0, ${r.below(PAGES) * 8}(t1); sfence.vma`,
  (r) => `la t1, leaves; ld ${r.pick(REGISTERS)}, ${r.below(PAGES) * 8}(t1)`,
  () => 'sfence.vma',
  (r) => `li t0, ${windowAddress(r)}; sfence.vma t0, zero`,
  (r) => `li t0, ${r.below(3)}; sfence.vma zero, t0`,
  // Another address space: paging off, or one of three ASIDs; each switch is fenced, because they share their tables.
  (r) =>
    `la t0, root; srli t0, t0, 12; li t1, ${r.pick(['0x8000000000000000', '0x8000100000000000', '0x8000200000000000'])}; or t0, t0, t1; csrw satp, t0; sfence.vma`,
  () => 'csrw satp, zero; sfence.vma',
  () => 'sbi 0x10, 3',
  () => 'sbi 0x10, 0',
  (r) => `rdtime t0; addi t0, t0, ${r.below(3)}; mv a0, t0; sbi 0x54494D45, 0`,
  (r) => `li a0, 1; li a1, ${r.below(2)}; sbi 0x735049, 0`,
  () => 'ebreak',
  () => 'wfi_safe',
  () => '.word 0xffffffff',
  () => 'mret',
  () => 'to_user',
  () => 'to_user',
  () => 'to_supervisor',
  (r) => `li t0, ${windowAddress(r)}; jalr ra, t0, 0`,
  () => 'fence.i',
];

const PRELUDE = `
        .option norvc
${SBI_MACRO}
        .macro  wfi_safe                # with an interrupt pending, so that it always goes on
        csrsi   sip, 2
        csrsi   sie, 2
        wfi
        .endm
${PRIVILEGE_MACROS}        .globl  _start
_start: la      t0, on_trap
        csrw    stvec, t0
        la      sp, scratch
        la      s11, on_trap
        li      s10, 0
${FILL_TABLES}
        j       body

${SKIPPING_HANDLER}
body:
`;

/** Page tables: the entries of the window are random; the rest is filled in at the start. */
const tables = (random: Random): string => `
        .data
${randomLeaves('leaves', random)}        .bss
        .balign 4096
root:   .skip   4096
middle: .skip   4096
        .skip   64
scratch:
        .skip   8
`;
