import { FILL_TABLES, SBI_MACRO } from '../support/guest-text';
import { Random } from '../support/random';

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

const PAGES = 16;
const WINDOW = 0x40000000;
const REGISTERS = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 's2', 's3', 's4', 's5'];
const LOADS = ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'];
const STORES = ['sb', 'sh', 'sw', 'sd'];
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

const address = (random: Random): string => {
  const page = random.below(PAGES);
  return `0x${(WINDOW + page * 4096 + random.pick([0, 8, 16, 1000, 2044, 4088, 4091, 4095])).toString(16)}`;
};

/** Each makes one or a few instructions; t0 and t1 are free. */
const ACTIONS: readonly ((random: Random) => string)[] = [
  (r) => `li t0, ${address(r)}; ${r.pick(LOADS)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${address(r)}; ${r.pick(LOADS)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${address(r)}; ${r.pick(STORES)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${address(r)}; ${r.pick(STORES)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${address(r)}; amoadd.d ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}, (t0)`,
  (r) => `li t0, ${address(r)}; lr.d ${r.pick(REGISTERS)}, (t0); sc.d ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}, (t0)`,
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
  (r) => `la t1, leaves; li t0, ${randomPte(r)}; sd t0, ${r.below(PAGES) * 8}(t1); sfence.vma`,
  (r) =>
    `la t1, leaves; ld t0, ${r.below(PAGES) * 8}(t1); andi t0, t0, ~${r.pick([64, 128, 192])}; sd t0, ${r.below(PAGES) * 8}(t1); sfence.vma`,
  (r) => `la t1, leaves; ld ${r.pick(REGISTERS)}, ${r.below(PAGES) * 8}(t1)`,
  () => 'sfence.vma',
  (r) => `li t0, ${address(r)}; sfence.vma t0, zero`,
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
  (r) => `li t0, ${address(r)}; jalr ra, t0, 0`,
  () => 'fence.i',
];

/** An entry for one of a few frames, or for nothing at all, with random permissions. */
function randomPte(random: Random): string {
  const frame = random.pick([0x80600, 0x80601, 0x80602, 0x80603, 0x80604, 0x80000, 0x18000, 0x10000, 0x0c000]);
  const permissions = random.below(128) << 1;
  const valid = random.below(8) > 0 ? 1 : 0;
  return `0x${(frame * 1024 + (permissions & 0xfe) + valid).toString(16)}`;
}

const PRELUDE = `
        .option norvc
${SBI_MACRO}
        .macro  wfi_safe                # with an interrupt pending, so that it always goes on
        csrsi   sip, 2
        csrsi   sie, 2
        wfi
        .endm
        .macro  to_user                 # by a breakpoint that the handler takes as a wish
        li      s10, 1
        ebreak
        .endm
        .macro  to_supervisor
        li      s10, 2
        ebreak
        .endm
        .globl  _start
_start: la      t0, on_trap
        csrw    stvec, t0
        la      sp, scratch
        la      s11, on_trap
        li      s10, 0
${FILL_TABLES}
        j       body

# The handler: skips what trapped; an interrupt is silenced. It keeps t0, t1, t2 in memory that every address space maps.
        .balign 4
on_trap:
        sd      t0, -8(sp)
        sd      t1, -16(sp)
        csrw    stvec, s11
        csrr    t0, scause
        bltz    t0, interrupt
        addi    t1, t0, -2              # illegal in U-mode: perhaps the fence after a change of the tables
        bnez    t1, 1f
        sfence.vma
1:      addi    t1, t0, -12             # a fetch that faulted: back to the caller
        beqz    t1, fetch
        addi    t1, t0, -1
        beqz    t1, fetch
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        j       mode
fetch:  csrw    sepc, ra
mode:   li      t0, 0x100
        beqz    s10, leave
        addi    t1, s10, -1
        csrs    sstatus, t0
        bnez    t1, leave
        csrc    sstatus, t0
        csrr    t0, satp
        beqz    t0, leave
        csrr    t1, sepc                # U-mode runs the same code at its own address
        li      t0, 0x40000000
        or      t1, t1, t0
        csrw    sepc, t1
        j       left
leave:  addi    t1, s10, -2
        bnez    t1, left
        csrr    t1, sepc
        li      t0, ~0x40000000
        and     t1, t1, t0
        csrw    sepc, t1
left:   li      s10, 0
        ld      t0, -8(sp)
        ld      t1, -16(sp)
        sret
interrupt:
        csrci   sip, 2
        li      t0, 0x20
        csrc    sie, t0
        ld      t0, -8(sp)
        ld      t1, -16(sp)
        sret
        .balign 4
body:
`;

/** Page tables: the entries of the window are random; the rest is filled in at the start. */
const tables = (random: Random): string => `
        .data
        .balign 4096
leaves:
${Array.from({ length: PAGES }, () => `        .dword  ${randomPte(random)}`).join('\n')}
        .skip   (512 - ${PAGES}) * 8
        .bss
        .balign 4096
root:   .skip   4096
middle: .skip   4096
        .skip   64
scratch:
        .skip   8
`;
