# Computes for as long as it may.

        .globl  _start
_start: li      s0, 0
1:      addi    s0, s0, 1
        xor     s1, s1, s0
        j       1b
