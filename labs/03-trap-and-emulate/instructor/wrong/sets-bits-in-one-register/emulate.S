        .globl  emulate
emulate:
        li      t0, 0x10200073
        beq     a1, t0, is_sret
        andi    t0, a1, 0x7f
        li      t1, 0x73
        bne     t0, t1, inject
        srli    t0, a1, 20
        addi    t1, a2, 0
        li      t2, 0x140               # sscratch
        beq     t0, t2, found
        addi    t1, a2, 8
        li      t2, 0x105               # stvec
        beq     t0, t2, found
        addi    t1, a2, 16
        li      t2, 0x141               # sepc
        beq     t0, t2, found
        addi    t1, a2, 24
        li      t2, 0x142               # scause
        bne     t0, t2, inject
found:  srli    t2, a1, 12              # rs1, times 8
        andi    t2, t2, 0xf8
        add     t2, a0, t2
        ld      t2, 0(t2)
        ld      t3, 0(t1)               # the old value
        srli    t4, a1, 12
        andi    t4, t4, 7
        li      t5, 1
        beq     t4, t5, write_it
        li      t5, 2
        bne     t4, t5, inject
        or      t2, t2, t3
        beq     t1, a2, write_it        # bits are set in sscratch
        mv      t2, t3
write_it:
        sd      t2, 0(t1)
        srli    t4, a1, 4               # rd, times 8
        andi    t4, t4, 0xf8
        beqz    t4, next
        add     t4, a0, t4
        sd      t3, 0(t4)
next:   csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        li      a0, 0
        ret
is_sret:
        ld      t0, 16(a2)
        csrw    sepc, t0
        li      a0, 0
        ret
inject: li      t0, 2
        sd      t0, 24(a2)
        csrr    t0, sepc
        sd      t0, 16(a2)
        ld      t0, 8(a2)
        csrw    sepc, t0
        li      a0, 0
        ret
