# Sleeps, wakes each millisecond, does a little, and sleeps again: what waits for a person's keys is like that.

        .equ    TICKS, 10000            # of 100 ns

        .globl  _start
_start: li      s0, 1 << 5              # the timer's interrupt may wake it
        csrw    sie, s0
        rdtime  s1
again:  li      t0, TICKS
        add     s1, s1, t0
        mv      a0, s1
        li      a7, 0x54494d45          # SBI: timer
        li      a6, 0
        ecall
1:      wfi
        csrr    t0, sip
        and     t0, t0, s0
        beqz    t0, 1b
        li      t1, 5000                # a little work
2:      addi    t1, t1, -1
        bnez    t1, 2b
        j       again
