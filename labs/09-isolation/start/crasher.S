# Works for a while and breaks: its trap vector leads to nothing, and it traps.

        .globl  _start
_start: li      t0, 200000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        csrw    stvec, zero
        ebreak
