        .globl  ring_add
ring_add:
        la      t0, available
        lhu     t1, 2(t0)               # the index counts on
        andi    t2, t1, 3               # the place
        la      t3, descriptors
        slli    t4, t2, 4
        add     t3, t3, t4
        sd      a0, 0(t3)
        sh      a1, 8(t3)               # as the fields behind it
        li      t4, 2                   # the device writes
        sh      t4, 12(t3)
        sh      zero, 14(t3)
        slli    t4, t2, 1
        add     t4, t0, t4
        sh      t2, 4(t4)
        fence   w, w
        addi    t1, t1, 1
        sh      t1, 2(t0)
        ret

        .globl  ring_wait
ring_wait:
        la      t0, used
        la      t1, taken
        ld      t2, 0(t1)
1:      lhu     t3, 2(t0)
        beq     t3, t2, 1b
        fence   r, r
        andi    t3, t2, 3
        slli    t3, t3, 3
        add     t3, t0, t3
        lw      a0, 8(t3)               # behind the number of the descriptor
        addi    t2, t2, 1
        slli    t2, t2, 48
        srli    t2, t2, 48
        sd      t2, 0(t1)
        ret

        .data
        .balign 8
taken:  .dword  0
