# One frame: it is written to, given back, touched, and comes again.
#include <hyperstep-pv.h>

#define FRAME           0x80300000
#define NUMBER          42

        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
        li      s0, FRAME
        li      t0, NUMBER
        sd      t0, (s0)
        li      a0, PV_MEMORY_DECREASE
        la      a1, list
        li      a2, 1
        hypercall PV_MEMORY
touch:  ld      s1, (s0)
        j       again                   # nothing has happened
        .balign 4
trap:   csrr    s2, scause
again:  li      a0, PV_MEMORY_INCREASE
        la      a1, list
        li      a2, 1
        hypercall PV_MEMORY
        ld      s1, (s0)
loaded: li      a6, 0
        li      a7, 8                   # SBI: shutdown
        ecall
        j       .

        .data
        .balign 8
list:   .dword  FRAME
