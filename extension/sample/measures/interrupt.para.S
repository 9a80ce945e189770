# The interrupt, ported: a port by which a virtual CPU tells itself something. By two exits: the call that sends it, behind which the upcall comes, and iret.
#include "measure.h"
#include "../para/pv.S"

        .equ    measure_operations, 500

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, taken
        la      a1, stack_top
        hypercall PV_SET_TRAP
        li      a0, PV_EVENT_IPI
        li      a1, 0                   # this virtual CPU
        hypercall PV_EVENT
        bnez    a0, wrong
        mv      s1, a1
        ld      s3, pv_shared
        li      t0, 1
        sb      t0, PV_WORDS + PV_WORD_IE(s3) # upcalls may come
        li      s0, measure_operations
        li      s2, 0                   # interrupts that have come
measure_begin:
        li      a0, PV_EVENT_SEND
        mv      a1, s1
        hypercall PV_EVENT
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        li      t0, measure_operations
        bne     s2, t0, wrong
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

taken:  ld      t1, PV_WORD_SCAUSE(t0)
        bgez    t1, wrong
        sb      zero, PV_WORD_UPCALL_PENDING(t0)
        sd      zero, PV_WORD_PENDING_SEL(t0)
        sd      zero, PV_PENDING(s3)    # there is one port alone
        addi    s2, s2, 1
        hypercall PV_IRET

        .section .bss
        .balign 16
        .skip   PAGE
stack_top:
