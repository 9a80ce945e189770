# A cache that has use for all memory there is. Twice in a millisecond it asks how many frames its host wants it to have, and has resize of balloon.S make it as
# big. Its code at the end is how many frames it has.
#include <hyperstep-pv.h>

#ifndef BEGIN
#define BEGIN           0               /* milliseconds after which it begins */
#endif
#define END             120             /* milliseconds after which it ends */
#define TICKS           10000           /* of mtime in a millisecond */
#define MOST            2800
#define OTHERS          64              /* frames of the guest beside its cache, more or less */
#define FINISHER        0x100000
#define FAIL            0x3333

        .globl  _start
_start: la      sp, stack_top
        li      t0, 1 << 5
        csrw    sie, t0                 # the timer may wake us; SIE stays clear, so there is no handler
        li      s0, 0                   # frames of the cache
        rdtime  s1
        li      t0, END * TICKS
        add     s2, s1, t0              # when it ends
        li      a0, BEGIN * TICKS
        add     a0, s1, a0
        call    sleep

round:  rdtime  t0
        bgeu    t0, s2, end
        li      a0, PV_MEMORY_TARGET
        hypercall PV_MEMORY
        addi    a1, a1, -OTHERS
        li      t0, MOST
        ble     a1, t0, 1f
        mv      a1, t0
1:      mv      a0, s0
        call    resize
        mv      s0, a0
        rdtime  a0
        li      t0, TICKS / 2
        add     a0, a0, t0
        call    sleep
        j       round

end:    li      t0, FINISHER
        slli    t1, s0, 16
        li      t2, FAIL                # with a code
        or      t1, t1, t2
        sw      t1, (t0)
        j       .

sleep:  mv      t1, a0                  # until time a0
        li      a6, 0
        li      a7, 0x54494d45          # SBI: set_timer
        ecall
1:      rdtime  t0
        bgeu    t0, t1, 2f
        wfi
        j       1b
2:      ret

        .section .bss
        .balign 16
        .skip   1024
stack_top:
