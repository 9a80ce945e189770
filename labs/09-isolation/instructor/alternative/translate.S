# The end of the guest's memory, and where the access would have to begin at the latest.
        .globl  translate
translate:
        ld      t0, 0(a2)
        ld      t1, 8(a2)
        bltu    t1, a1, no              # longer than the memory
        sub     t2, t1, a1              # the last offset at which it could begin
        sub     t3, a0, t0              # below the beginning it goes around, and is too large
        bltu    t2, t3, no
        ld      t4, 16(a2)
        add     a0, t3, t4
        ret
no:     not     a0, zero
        ret
