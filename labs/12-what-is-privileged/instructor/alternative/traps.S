        .section .text
        .globl  traps
traps:
        mv      t0, a0
        li      a0, 0
        andi    t1, t0, 0x7f
        addi    t1, t1, -0x73
        bnez    t1, 1f
        slli    t1, t0, 32
        srli    t1, t1, 52
        srli    t2, t0, 12
        andi    t2, t2, 7
        sltiu   t3, t1, 2
        xori    a0, t3, 1
        beqz    t2, 1f                  # ecall and ebreak are 0 and 1
        andi    a0, t1, 0x300
        snez    a0, a0
        bnez    a0, 1f
        li      t4, 0xc00
        bltu    t1, t4, 1f
        andi    t2, t2, 3
        addi    t2, t2, -1
        seqz    t2, t2
        srli    t3, t0, 15
        andi    t3, t3, 31
        or      t2, t2, t3
        snez    a0, t2
1:      ret
