        .globl  translate
translate:
        ld      t0, 0(a2)
        ld      t1, 8(a2)
        ld      t2, 16(a2)
        blt     a0, t0, 1f
        sub     t3, a0, t0              # the offset
        bge     t3, t1, no
        sub     t4, t1, t3              # how many bytes there are behind it
        bgtu    a1, t4, no              # no sum, which could go around
        add     a0, t2, t3
        ret
1:      sub     t3, a0, t0
        ld      t2, 16(a2)
        add     a0, t2, t3
        ret
no:     li      a0, -1
        ret
