# Who may what, in a table by U and by whose access it is: bits of the accesses that are allowed.
        .globl  compose
compose:
        andi    t0, a0, 16
        srli    t0, t0, 4
        li      t1, 3
        mul     t0, t0, t1
        add     t0, t0, a3
        la      t1, may
        add     t0, t0, t1
        lbu     t0, 0(t0)
        srl     t0, t0, a2
        andi    t0, t0, 1
        beqz    t0, fault
        li      t0, 2
        sll     t0, t0, a2              # R, W, X
        and     t0, t0, a0
        beqz    t0, fault
        andi    t1, a0, 0xf
        andi    t2, a0, 128
        addi    t3, a2, -1
        beqz    t3, 1f
        bnez    t2, 1f
        andi    t1, t1, 0xb
1:      srli    a0, a1, 2
        or      a0, a0, t1
        ori     a0, a0, 0xd0
        ret
fault:  li      a0, 0
        ret
        .section .rodata
may:    .byte   7, 0, 7                 # a page of the kernel's: kernel, program, kernel with SUM
        .byte   0, 7, 3                 # a page of a program's
