# Answers what caller.S tells it over an event channel.

#define CALLER              0           /* the id of its virtual machine, the first of the scenario */
#define CALLERS_PORT        1           /* its first */
#define TIMES               10

#include "channel.S"

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    channel_begin
1:      li      a0, PV_EVENT_BIND
        li      a1, CALLER
        li      a2, CALLERS_PORT
        hypercall PV_EVENT
        beqz    a0, 2f
        li      a0, PV_SCHED_OP_YIELD   # caller has not opened it yet
        li      a1, 0
        hypercall PV_SCHED_OP
        j       1b
2:      mv      s1, a1                  # its own port; it is pending, and what is answered to that says that this one is there
        li      s2, TIMES + 1
3:      call    await
        call    tell
        addi    s2, s2, -1
        bnez    s2, 3b
        la      a0, done
        call    pv_print
        li      a0, 0
        j       pv_power_off

        .section .rodata
done:   .asciz  "All is answered.\n"
