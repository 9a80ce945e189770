# Answers whatever ping.S tells it over an event channel. It is told by an upcall, an interrupt of its PLIC.

#include "hyperstep-pv.h"

        .equ    PING, 0                 # the id of its virtual machine, the first of the scenario
        .equ    PING_PORT, 1            # the first port that it allocates
        .equ    ROUNDS, 1000
        .equ    PLIC, 0x0c000000

        .globl  _start
_start: li      s0, PV_SHARED_PAGE
        li      t0, PLIC
        li      t1, 1
        sw      t1, 4 * PV_UPCALL_SOURCE(t0)    # its priority
        li      t0, PLIC + 0x2080
        li      t1, 1 << PV_UPCALL_SOURCE
        sw      t1, (t0)                # enabled for S-mode of hart 0
        li      s2, PLIC + 0x201000
        sw      zero, (s2)              # threshold
        li      t1, 1 << 9
        csrw    sie, t1                 # an external interrupt ends a wait; SIE stays clear, so there is no handler

bind:   li      a0, PV_EVENT_BIND
        li      a1, PING
        li      a2, PING_PORT
        hypercall PV_EVENT
        beqz    a0, bound
        li      a0, PV_SCHED_OP_YIELD   # ping has not allocated it yet
        hypercall PV_SCHED_OP
        j       bind

bound:  mv      s1, a1                  # its own port, which is pending: the first answer says that it is there
        li      s3, 1
        sll     s3, s3, s1
        li      s4, ROUNDS + 1
wait:   li      a0, PV_SCHED_OP_BLOCK
        hypercall PV_SCHED_OP
        lw      s5, 4(s2)               # claim
        sb      zero, PV_WORDS + PV_WORD_UPCALL_PENDING(s0)
        addi    t0, s0, PV_WORDS + PV_WORD_PENDING_SEL
        amoswap.d t0, zero, (t0)        # which doublewords: here it can be the first alone
        not     t1, s3
        addi    t0, s0, PV_PENDING
        amoand.d t1, t1, (t0)
        sw      s5, 4(s2)               # complete
        and     t1, t1, s3
        beqz    t1, wait
        li      a0, PV_EVENT_SEND
        mv      a1, s1
        hypercall PV_EVENT
        addi    s4, s4, -1
        bnez    s4, wait
        li      a7, 8                   # SBI: shutdown
        ecall
