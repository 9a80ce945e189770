        .globl  translate
translate:
        ld      t0, 0(a2)
        ld      t1, 8(a2)
        ld      t2, 16(a2)
        bltu    a0, t0, no
        sub     t3, a0, t0              # the offset
        bgeu    t3, t1, no
        sub     t4, t1, t3              # how many bytes there are behind it
        bgtu    a1, t4, no              # no sum, which could go around
        add     a0, t2, t3
        ret
no:     li      a0, -1
        ret
