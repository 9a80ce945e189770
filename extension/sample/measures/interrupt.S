# The interrupt: a hart sends itself one by its firmware, and takes it.
#include "measure.h"

        .equ    measure_operations, 500

        .globl  _start
_start: mv      s1, a0                  # the number of this hart
        la      t0, taken
        csrw    stvec, t0
        csrwi   sie, SIP_SSIP
        csrsi   sstatus, SSTATUS_SIE
        li      s0, measure_operations
        li      s2, 0                   # interrupts that have come
measure_begin:
        li      a7, SBI_IPI
        li      a6, 0
        li      a0, 1
        mv      a1, s1
        ecall
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        li      t0, measure_operations
        bne     s2, t0, wrong
        power_off
wrong:  power_off SRST_SYSTEM_FAILURE

        .balign 4
taken:  csrr    t1, scause
        bgez    t1, wrong
        csrci   sip, SIP_SSIP
        addi    s2, s2, 1
        sret
