# One end of an event channel, for both sides: caller.S and answerer.S include it. Upcalls come while it waits and at no other time, since IE is 0 then.

#include "../pv.S"

        .section .text

# channel_begin: the start page is at a1. What a kernel begins with.
channel_begin:
        mv      s11, ra
        call    pv_begin
        la      a0, upcall
        li      a1, 0                   # there are no programs
        hypercall PV_SET_TRAP
        jr      s11

# tell: the other end of the port in s1.
tell:   li      a0, PV_EVENT_SEND
        mv      a1, s1
        hypercall PV_EVENT
        bnez    a0, wrong
        ret

# await: until this end is told, once for each time.
await:  ld      t1, told
        bnez    t1, 1f
        li      a0, PV_SCHED_OP_BLOCK
        li      a1, 0
        hypercall PV_SCHED_OP           # sets IE and waits, in one: nothing can come between
        ld      t0, pv_shared
        sb      zero, PV_WORDS + PV_WORD_IE(t0)
        j       await
1:      addi    t1, t1, -1
        sd      t1, told, t0
        ret

wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

# Upcalls come here: interrupt 9 in scause. What is cleared first is looked at last, so that nothing is lost that comes meanwhile.
upcall: pv_enter
        ld      t1, PV_WORD_SCAUSE(t0)
        bgez    t1, wrong
        sb      zero, PV_WORD_UPCALL_PENDING(t0)
        addi    t1, t0, PV_WORD_PENDING_SEL
        amoswap.d t2, zero, (t1)        # a bit for each doubleword of pending ports: here it is the first
        ld      t1, pv_shared
        amoswap.d t2, zero, (t1)        # the ports: here it is one
        beqz    t2, 1f
        ld      t1, told
        addi    t1, t1, 1
        sd      t1, told, t2
1:      pv_leave

        .section .data
        .balign 8
told:   .dword  0

        .section .bss
        .balign 16
        .skip   PAGE
stack_top:
