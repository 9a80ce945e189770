/** Assembly text that the guests of several tests share. */

/** `sbi extension, function`: a call of the firmware. */
export const SBI_MACRO = `
        .macro  sbi extension, function
        li      a7, \\extension
        li      a6, \\function
        ecall
        .endm
`;

/** The handler `on_trap`: keeps cause and value in s8 and s9 and skips the instruction, of four bytes. */
export const SKIP_TRAP = `
        .balign 4
on_trap:
        csrr    s8, scause
        csrr    s9, stval
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
`;

/**
 * Fills tables, pages of the guest's: a gigapage of RAM for S-mode at 0x80000000, its twin for U-mode at 0xc0000000, and at 0x40000000 the
 * window that the leaves map. @param suffix of `root`, `middle` and `leaves`
 */
export const fillTables = (suffix = ''): string => `
        la      t0, root${suffix}
        li      t1, 0x200000cf
        sd      t1, 16(t0)
        li      t1, 0x200000df
        sd      t1, 24(t0)
        la      t1, middle${suffix}
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 8(t0)
        la      t0, middle${suffix}
        la      t1, leaves${suffix}
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 0(t0)
`;

export const FILL_TABLES = fillTables();

/** Turns Sv39 on with `root`. */
export const TURN_ON_SV39 = `
        la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
`;
