# The numbers of the registers in a table, and one routine for both instructions.
        .globl  emulate
emulate:
        csrr    t6, sepc                # where the guest goes on
        li      t0, 0x10200073
        bne     a1, t0, 1f
        ld      t6, 16(a2)
        j       leave
1:      srliw   t0, a1, 20
        la      t1, numbers
        mv      t2, a2
2:      lhu     t3, 0(t1)
        beqz    t3, illegal_for_it
        beq     t3, t0, 3f
        addi    t1, t1, 2
        addi    t2, t2, 8
        j       2b
3:      andi    t0, a1, 0x7f
        addi    t0, t0, -0x73
        bnez    t0, illegal_for_it
        ld      t3, 0(t2)               # the old value
        srliw   t4, a1, 15
        andi    t4, t4, 31
        slli    t4, t4, 3
        add     t4, t4, a0
        ld      t4, 0(t4)
        srliw   t5, a1, 12
        andi    t5, t5, 7
        addi    t5, t5, -1
        beqz    t5, 4f
        addi    t5, t5, -1
        bnez    t5, illegal_for_it
        or      t4, t4, t3
4:      sd      t4, 0(t2)
        srliw   t5, a1, 7
        andi    t5, t5, 31
        slli    t5, t5, 3
        add     t5, t5, a0
        sd      t3, 0(t5)
        sd      zero, 0(a0)
        addi    t6, t6, 4
leave:  csrw    sepc, t6
        li      a0, 0
        ret
illegal_for_it:
        sd      t6, 16(a2)
        li      t0, 2
        sd      t0, 24(a2)
        ld      t6, 8(a2)
        j       leave
        .section .rodata
        .balign 2
numbers: .half  0x140, 0x105, 0x141, 0x142, 0
