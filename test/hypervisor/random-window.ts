import type { Random } from '../support/random';

/** The window of a random guest: pages whose entries are random, in tables as `fillTables` makes them, and accesses to them. */
export const PAGES = 16;
export const WINDOW = 0x40000000;

/** What random instructions compute with; t0 and t1 are free for whoever needs them, and s10, s11 and sp are the trap handler's. */
export const REGISTERS = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 's2', 's3', 's4', 's5'];
const LOADS = ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'];
const STORES = ['sb', 'sh', 'sw', 'sd'];

/** An address in the window: at the edges of a page, across its end, or inside. */
export const windowAddress = (random: Random): string => {
  const page = random.below(PAGES);
  return `0x${(WINDOW + page * 4096 + random.pick([0, 8, 16, 1000, 2044, 4088, 4091, 4095])).toString(16)}`;
};

/** An entry for one of a few frames, or for nothing at all, with random permissions. */
export function randomEntry(random: Random): string {
  const frame = random.pick([0x80600, 0x80601, 0x80602, 0x80603, 0x80604, 0x80000, 0x18000, 0x10000, 0x0c000]);
  const permissions = random.below(128) << 1;
  const valid = random.below(8) > 0 ? 1 : 0;
  return `0x${(frame * 1024 + (permissions & 0xfe) + valid).toString(16)}`;
}

/** One access each. */
export const WINDOW_ACCESSES: readonly ((random: Random) => string)[] = [
  (r) => `li t0, ${windowAddress(r)}; ${r.pick(LOADS)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${windowAddress(r)}; ${r.pick(LOADS)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${windowAddress(r)}; ${r.pick(STORES)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${windowAddress(r)}; ${r.pick(STORES)} ${r.pick(REGISTERS)}, 0(t0)`,
  (r) => `li t0, ${windowAddress(r)}; amoadd.d ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}, (t0)`,
  (r) =>
    `li t0, ${windowAddress(r)}; lr.d ${r.pick(REGISTERS)}, (t0); sc.d ${r.pick(REGISTERS)}, ${r.pick(REGISTERS)}, (t0)`,
];

/** The first entries of the window's table, then nothing. */
export const randomLeaves = (label: string, random: Random): string => `
        .balign 4096
${label}:
${Array.from({ length: PAGES }, () => `        .dword  ${randomEntry(random)}`).join('\n')}
        .skip   (512 - ${PAGES}) * 8
`;

/** Changes of privilege, by a breakpoint that the handler takes as a wish. */
export const PRIVILEGE_MACROS = `
        .macro  to_user
        li      s10, 1
        ebreak
        .endm
        .macro  to_supervisor
        li      s10, 2
        ebreak
        .endm
`;

/**
 * The handler: skips what trapped, or enters the other privilege; an interrupt is silenced. s11 has its own address, and it keeps t0 and t1
 * below sp, in memory that every address space maps.
 */
export const SKIPPING_HANDLER = `
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
`;
