# Spins for ever, without an exit of its own.
        .globl  _start
_start:
        li      s0, 0x5155
again:
        addi    s1, s1, 1
        addi    s2, s2, 1
        addi    s3, s3, 1
        j       again
