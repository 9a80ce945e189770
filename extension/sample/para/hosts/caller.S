# Tells answerer.S something over an event channel, ten times, and waits for the answer each time.

#define ANSWERER            1           /* the id of its virtual machine, the second of the scenario */
#define TIMES               10

#include "channel.S"

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    channel_begin
        li      a0, PV_EVENT_ALLOC_UNBOUND
        li      a1, ANSWERER
        hypercall PV_EVENT              # its first port: 1
        bnez    a0, wrong
        mv      s1, a1
        call    await                   # answerer is there
        li      s2, TIMES
1:      call    tell
        call    await
        addi    s2, s2, -1
        bnez    s2, 1b
        li      a0, TIMES
        call    pv_print_number
        la      a0, answers
        call    pv_print
        li      a0, 0
        j       pv_power_off

        .section .rodata
answers: .asciz " answers came.\n"
