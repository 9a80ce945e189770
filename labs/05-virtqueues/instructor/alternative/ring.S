# With a counter of its own, and the place by a remainder.
        .globl  ring_add
ring_add:
        la      t0, given
        ld      t1, 0(t0)
        li      t2, 4
        remu    t2, t1, t2
        la      t3, descriptors
        li      t4, 16
        mul     t4, t4, t2
        add     t3, t3, t4
        sd      a0, 0(t3)
        li      t4, (2 << 32)
        slli    a1, a1, 32
        srli    a1, a1, 32
        or      t4, t4, a1
        sd      t4, 8(t3)
        la      t3, available + 4
        sh1add  t3, t2, t3
        sh      t2, 0(t3)
        fence
        addi    t1, t1, 1
        sd      t1, 0(t0)
        la      t3, available
        sh      t1, 2(t3)
        ret

        .globl  ring_wait
ring_wait:
        la      t1, taken
        lhu     t2, 0(t1)
        la      t0, used
1:      lhu     t3, 2(t0)
        sub     t3, t3, t2
        slli    t3, t3, 48
        beqz    t3, 1b
        fence
        andi    t3, t2, 3
        sh3add  t3, t3, t0
        lw      a0, 8(t3)
        addi    t2, t2, 1
        sh      t2, 0(t1)
        ret

        .data
        .balign 8
given:  .dword  0
taken:  .dword  0
