# The offset is what is below the size: a mask, as MMUs have it.
        .globl  translate
translate:
        ld      t0, 0(a2)
        ld      t1, 8(a2)
        ld      t2, 16(a2)
        addi    t1, t1, -1
        not     t3, t1
        and     t4, a0, t3
        bne     t4, t0, no
        and     t4, a0, t1
        sub     t3, t1, t4              # bytes behind it, but for one
        addi    a1, a1, -1
        bgtu    a1, t3, no
        add     a0, t2, t4
        ret
no:     li      a0, -1
        ret
