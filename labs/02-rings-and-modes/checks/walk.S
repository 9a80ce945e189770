# Begins four things in lower modes, one after the other: S, VS, U, VU. Nothing is to be changed here.

#ifndef MODES
#define MODES 1, 5, 0, 4
#endif

        .globl  _start
_start: la      t0, called
        csrw    mtvec, t0
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        la      s0, modes

# The next one, until there is none.
next:   lbu     a0, 0(s0)
        li      t0, 0xff
        beq     a0, t0, done
        addi    s0, s0, 1
        la      a1, calls
        call    enter
        j       failed                  # nobody comes back from there

# In the lower mode: back by a trap.
        .balign 4
calls:  ecall
        j       calls

        .balign 4
called: csrr    a2, mcause
        j       next

failed: li      t1, 0x13333
        j       1f
done:   li      t1, 0x5555
1:      li      t0, 0x100000
        sw      t1, 0(t0)
        j       .

        .section .rodata
modes:  .byte   MODES, 0xff
