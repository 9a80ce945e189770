# Tells pong.S something over an event channel and waits for its answer, a thousand times; then says how long that took.
# It waits with sched_op poll: its port is masked, so that no upcall comes.

#include "hyperstep-pv.h"

        .equ    PONG, 1                 # the id of its virtual machine, the second of the scenario
        .equ    ROUNDS, 1000

        .globl  _start
_start: la      sp, stack_top
        li      s0, PV_SHARED_PAGE
        li      a0, PV_EVENT_ALLOC_UNBOUND
        li      a1, PONG
        hypercall PV_EVENT
        bnez    a0, fails
        mv      s1, a1                  # the port: pong binds to it
        la      t0, ports
        sw      s1, (t0)
        li      s2, 1
        sll     s2, s2, s1              # its bit, in the first doubleword
        sd      s2, PV_MASK(s0)
        call    await                   # pong is there

        li      s3, ROUNDS
        rdtime  s4
1:      li      a0, PV_EVENT_SEND
        mv      a1, s1
        hypercall PV_EVENT
        bnez    a0, fails
        call    await
        addi    s3, s3, -1
        bnez    s3, 1b

        rdtime  a0
        sub     a0, a0, s4
        li      t0, 100                 # nanoseconds of a tick
        mul     a0, a0, t0
        li      t0, ROUNDS
        divu    a0, a0, t0
        call    put_number
        la      a0, text
        call    puts
        li      a7, 8                   # SBI: shutdown
        ecall

# Waits until the port is pending, and takes that back.
await:  li      a0, PV_SCHED_OP_POLL
        la      a1, ports
        li      a2, 1
        li      a3, -1                  # for ever
        hypercall PV_SCHED_OP
        not     t0, s2
        addi    t1, s0, PV_PENDING
        amoand.d t0, t0, (t1)
        and     t0, t0, s2
        beqz    t0, await               # something else has ended the wait
        ret

fails:  li      a7, 0x53525354          # SBI: system_reset, a shutdown with a failure
        li      a6, 0
        li      a0, 0
        li      a1, 1
        ecall

puts:   mv      t1, a0
1:      lbu     a0, (t1)
        beqz    a0, 2f
        li      a7, 1                   # SBI: console_putchar
        ecall
        addi    t1, t1, 1
        j       1b
2:      ret

put_number:
        addi    sp, sp, -16
        sd      ra, 8(sp)
        li      t0, 10
        remu    t1, a0, t0
        sd      t1, (sp)
        divu    a0, a0, t0
        beqz    a0, 1f
        call    put_number
1:      ld      a0, (sp)
        addi    a0, a0, '0'
        li      a7, 1
        ecall
        ld      ra, 8(sp)
        addi    sp, sp, 16
        ret

        .section .rodata
text:   .asciz  " ns for a round trip\n"

        .bss
        .balign 4
ports:  .zero   4
        .balign 16
        .zero   4096
stack_top:
