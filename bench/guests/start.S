# Bare-metal start-up in M-mode: a stack for each hart, main, then the finisher.
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      sp, stack_top
    csrr    t0, mhartid
    slli    t0, t0, 13
    sub     sp, sp, t0
    li      t0, 1 << 13         # mstatus.FS: the floating-point unit is on
    csrs    mstatus, t0
    call    main
    li      t0, 0x5555
    la      t1, 0x100000
    sw      t0, 0(t1)
1:  j       1b

    .section .bss
    .balign 16
    .space  65536
stack_top:
