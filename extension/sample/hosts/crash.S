# Crashes on purpose: its trap vector leads to nothing, and it traps.

        .globl  _start
_start: li      t0, 2000000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a0, '!'
        li      a7, 1                   # SBI: console_putchar
        ecall
        csrw    stvec, zero
        ebreak
