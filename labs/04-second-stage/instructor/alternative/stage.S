# The same for every level, in a loop.
        .globl  map
map:    la      t0, root
        li      t1, 30
        li      t6, 0x7ff
1:      srl     t2, a0, t1
        and     t2, t2, t6
        slli    t2, t2, 3
        add     t0, t0, t2
        addi    t1, t1, -9
        li      t6, 0x1ff
        li      t3, 3
        beq     t1, t3, 3f
        ld      t2, 0(t0)
        bnez    t2, 2f
        la      t3, next_table
        ld      t2, 0(t3)
        li      t4, 4096
        add     t4, t4, t2
        sd      t4, 0(t3)
        srli    t2, t2, 2
        addi    t2, t2, 1
        sd      t2, 0(t0)
2:      srli    t0, t2, 10
        slli    t0, t0, 12
        j       1b
3:      srli    t2, a1, 12
        slli    t2, t2, 10
        or      t2, t2, a2
        ori     t2, t2, 1 | 16 | 64 | 128
        sd      t2, 0(t0)
        ret
