# Touches one page after the other, from the last of its 32 MiB down, for as long as it may.

        .globl  _start
_start: li      t0, 0x82000000
        li      t1, 4096
1:      sub     t0, t0, t1
        sd      t0, 0(t0)
        li      t2, 100
2:      addi    t2, t2, -1
        bnez    t2, 2b
        j       1b
