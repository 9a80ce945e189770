# Events back and forth: two harts wake each other by interrupts between processors, and wait for each other. It needs two harts: --harts 2.
#include "measure.h"

        .equ    measure_operations, 200

        .globl  _start
_start: mv      s1, a0                  # this hart, and the other one
        xori    s2, a0, 1
        la      t0, wrong
        csrw    stvec, t0
        csrwi   sie, SIP_SSIP           # enough for wfi to end; none is taken
        li      a7, SBI_HSM
        li      a6, HSM_HART_START
        mv      a0, s2
        la      a1, other
        mv      a2, s1
        ecall
        bnez    a0, wrong               # there is no other hart
        call    wait                    # until that one says that it is there
        li      s0, measure_operations / 2
measure_begin:
        call    send
        call    wait
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        power_off
        .balign 4
wrong:  power_off SRST_SYSTEM_FAILURE

# The other hart answers each.
other:  mv      s1, a0
        mv      s2, a1
        la      t0, wrong
        csrw    stvec, t0
        csrwi   sie, SIP_SSIP
1:      call    send
        call    wait
        j       1b

# send: wakes the other hart.
send:   li      a7, SBI_IPI
        li      a6, 0
        li      a0, 1
        mv      a1, s2
        ecall
        bnez    a0, wrong
        ret

# wait: until this hart is woken.
wait:   csrr    t0, sip
        andi    t0, t0, SIP_SSIP
        bnez    t0, 1f
        wfi
        j       wait
1:      csrci   sip, SIP_SSIP
        ret
