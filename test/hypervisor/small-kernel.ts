import { FILL_TABLES, SBI_MACRO, TURN_ON_SV39 } from '../support/guest-text';

/** What a small kernel does, and what it begins with. */
export interface SmallKernel {
  /** The entries of the window's first pages, at 0x40000000, which s0 points to. */
  readonly leaves?: readonly string[];
  /** Before paging is turned on. */
  readonly before?: string;
  /** With paging on; without it where there are no leaves. All of its instructions have four bytes unless it says otherwise. */
  readonly body: string;
}

/** Entries of the frames from 0x80600000 up: for the kernel, for programs, and to be executed only. */
export const RAM = '0x20180007';
export const OTHER_RAM = '0x20180407';
export const USER_RAM = '0x20180017';
export const CODE = '0x20180009';
/** Entries that lead to no memory, for programs, and to the PLIC. */
export const USER_NOTHING = '0x06000017';
export const PLIC = '0x03000007';

/**
 * A guest that keeps cause and value of its last trap in s8 and s9 and skips what trapped. `user` goes on in U-mode with the same code at
 * its twin address, until `kernel`. An interrupt turns all of them off in sie.
 */
export const smallKernel = ({ leaves = [], before = '', body }: SmallKernel): string => `${SBI_MACRO}
        .option norvc
        .macro  user
        la      t0, .Luser\\@
        li      t1, 0x40000000
        or      t0, t0, t1
        csrw    sepc, t0
        li      t0, 0x100               # SPP
        csrc    sstatus, t0
        sret
.Luser\\@:
        .endm
        .macro  kernel
        li      s10, 1
        ecall
        .endm
        .globl  _start
_start: la      t0, on_trap
        csrw    stvec, t0
        li      s0, 0x40000000
        li      s10, 0
${before}
${leaves.length > 0 ? `${FILL_TABLES}${TURN_ON_SV39}` : ''}
${body}
        li      a7, 8
        ecall
        .balign 4
on_trap:
        csrr    s8, scause
        bltz    s8, on_interrupt
        csrr    s9, stval
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        beqz    s10, 1f
        li      s10, 0
        li      t1, ~0x40000000
        and     t0, t0, t1
        csrw    sepc, t0
        li      t0, 0x100
        csrs    sstatus, t0
1:      sret
on_interrupt:
        csrw    sie, zero
        sret
        .data
        .balign 4096
leaves: ${leaves.map((entry) => `.dword ${entry}`).join('\n        ')}
        .skip   4096 - 8 * ${leaves.length}
        .bss
        .balign 4096
root:   .skip   4096
middle: .skip   4096
root2:  .skip   4096
middle2:
        .skip   4096
leaves2:
        .skip   4096
`;
