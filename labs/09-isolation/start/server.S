# Works, and powers off.

        .globl  _start
_start: li      t0, 1500000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 8
        ecall
