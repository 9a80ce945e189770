# A timer interrupt comes while it counts.

        .globl  _start
_start: la      t0, on_timer
        csrw    stvec, t0
        li      t0, 1 << 5              # STIE
        csrs    sie, t0
        rdtime  a0
        addi    a0, a0, 2
        li      a7, 0                   # SBI: set_timer
        ecall
        csrsi   sstatus, 2              # SIE
1:      addi    s0, s0, 1
        j       1b

        .balign 4
on_timer:
        li      t0, 1 << 5
        csrc    sie, t0
        sret
