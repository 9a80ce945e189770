        .equ    PROGRAM_PAGE, 0x40000000
        .equ    KERNEL_PAGE, 0x40001000
        .equ    CLEAN_PAGE, 0x40002000
        .equ    SUM, 1 << 18
        .equ    D, 1 << 7
        .globl  tell_sum, tell_dirty, tell_global
tell_sum:
        li      a0, 1
        ret
tell_dirty:
        li      a0, 1
        ret
tell_global:
        li      a0, 1
        ret
