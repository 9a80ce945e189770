        .equ    PROGRAM_PAGE, 0x40000000
        .equ    KERNEL_PAGE, 0x40001000
        .equ    CLEAN_PAGE, 0x40002000
        .equ    SUM, 1 << 18
        .equ    D, 1 << 7
        .globl  tell_sum, tell_dirty, tell_global
# With vectors of its own, and without calls.
tell_sum:
        li      t0, SUM
        li      t1, PROGRAM_PAGE
        csrs    sstatus, t0
        lbu     t2, 7(t1)
        csrc    sstatus, t0
        la      t2, 1f
        csrw    stvec, t2
        li      a0, 0
        lbu     t2, 9(t1)
        li      a0, 1
        .balign 4
1:      ret
tell_dirty:
        li      t0, CLEAN_PAGE
        ld      t1, 8(t0)
        addi    t0, t0, 8
        amoor.d t1, t1, (t0)
        la      t0, leaves
        lbu     a0, 16(t0)
        srli    a0, a0, 7
        xori    a0, a0, 1
        ret
tell_global:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      a0, KERNEL_PAGE
        call    load_as_kernel
        li      a0, KERNEL_PAGE + 8
        call    load_as_kernel
        li      a0, KERNEL_PAGE
        call    load_as_program
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret
