# Events back and forth, ported: two virtual CPUs tell each other something by ports, and wait by sched_op poll. It needs two harts: --harts 2.
#include "measure.h"
#include "../para/pv.S"

        .equ    measure_operations, 200

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, wrong
        la      a1, stack_top
        hypercall PV_SET_TRAP
        ld      s3, pv_shared
        .irp    n, 0, 1
        li      a0, PV_EVENT_IPI
        li      a1, \n
        hypercall PV_EVENT
        bnez    a0, wrong
        sw      a1, port\n, t0
        .endr
        li      t0, -1
        sd      t0, PV_MASK(s3)         # no upcalls
        ld      t0, pv_first_root
        sd      t0, context + 24, t1
        li      a0, PV_VCPU_OP_INITIALISE
        li      a1, 1
        la      a2, context
        hypercall PV_VCPU_OP
        bnez    a0, wrong               # there is no other hart
        li      a0, PV_VCPU_OP_UP
        li      a1, 1
        hypercall PV_VCPU_OP
        la      s1, port0               # how this one is told, and the other one
        la      s2, port1
        call    wait                    # until that one says that it is there
        li      s0, measure_operations / 2
measure_begin:
        call    send
        call    wait
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

# The other virtual CPU answers each.
other:  ld      s3, pv_shared
        la      s1, port1
        la      s2, port0
1:      call    send
        call    wait
        j       1b

# send: tells the other one.
send:   li      a0, PV_EVENT_SEND
        lw      a1, (s2)
        hypercall PV_EVENT
        bnez    a0, wrong
        ret

# wait: until this one is told.
wait:   li      a0, PV_SCHED_OP_POLL
        mv      a1, s1
        li      a2, 1
        li      a3, -1                  # for ever
        hypercall PV_SCHED_OP
        lw      t0, (s1)
        li      t1, 1
        sll     t1, t1, t0
        not     t2, t1
        amoand.d t2, t2, (s3)           # its bit of the pending ports
        and     t2, t2, t1
        beqz    t2, wait
        ret

        .section .data
        .balign 8
context: .dword other, 0, 0, 0          # the other one's pc, sp, a1 and kernel root
port0:  .4byte  0
port1:  .4byte  0

        .section .bss
        .balign 16
        .skip   PAGE
stack_top:
