        .equ    PROGRAM_PAGE, 0x40000000
        .equ    KERNEL_PAGE, 0x40001000
        .equ    CLEAN_PAGE, 0x40002000
        .equ    SUM, 1 << 18
        .equ    D, 1 << 7
        .globl  tell_sum, tell_dirty, tell_global
tell_sum:
        li      t0, SUM
        csrs    sstatus, t0
        li      a0, PROGRAM_PAGE
        call    load_as_kernel          # its shadow entry is there now
        li      t0, SUM
        csrc    sstatus, t0
        li      a0, PROGRAM_PAGE
        call    load_as_kernel
        ret
tell_dirty:
        li      t0, CLEAN_PAGE
        lw      t1, 0(t0)
        sw      t1, 0(t0)
        la      t0, leaves
        ld      t0, 16(t0)
        andi    t0, t0, D
        seqz    a0, t0
        ret
tell_global:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      a0, KERNEL_PAGE
        call    load_as_kernel          # the TLB has it now
        li      a0, KERNEL_PAGE
        call    load_as_program
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret
