# Several virtual CPUs: the first starts the others, and a token goes round them, each telling the next one by an interrupt between processors. That is a
# port here; who waits for it asks by sched_op poll, so that no upcall comes, and has no hart meanwhile.

#! test "hands a token round four virtual CPUs"
#! engines para
#! with harts 4
#! expect console "A token went round 4 virtual CPUs 5 times.\n"
#! expect never at wrong
#! expect memory visits doublewords 5 5 5 5

#include "../pv.S"

#define ROUNDS              5
#define MOST                8           /* virtual CPUs */
#define STACK_SHIFT         10

        .section .text
        .globl  _start
_start: la      sp, stacks + (1 << STACK_SHIFT)
        call    pv_begin
        la      a0, wrong
        la      a1, stacks + (1 << STACK_SHIFT)
        hypercall PV_SET_TRAP
        ld      t0, pv_start
        ld      s11, PV_START_VCPUS(t0)

        # A port for each, by which it is told. It is masked: who polls needs no upcall.
        li      s0, 0
1:      li      a0, PV_EVENT_IPI
        mv      a1, s0
        hypercall PV_EVENT
        bnez    a0, wrong
        la      t0, ports
        slli    t1, s0, 2
        add     t0, t0, t1
        sw      a1, (t0)
        li      t2, 1
        sll     t2, t2, a1
        ld      t0, pv_shared
        addi    t0, t0, PV_MASK
        amoor.d zero, t2, (t0)
        addi    s0, s0, 1
        bne     s0, s11, 1b

        # The others: where each begins, its stack, what it has in a1, and its kernel root, which is the same for all.
        li      s0, 1
        la      s1, context
2:      beq     s0, s11, 3f
        la      t0, other
        sd      t0, 0(s1)
        addi    t1, s0, 1
        slli    t1, t1, STACK_SHIFT
        la      t0, stacks
        add     t0, t0, t1
        sd      t0, 8(s1)
        sd      zero, 16(s1)
        ld      t0, pv_first_root
        sd      t0, 24(s1)
        li      a0, PV_VCPU_OP_INITIALISE
        mv      a1, s0
        mv      a2, s1
        hypercall PV_VCPU_OP
        bnez    a0, wrong
        li      a0, PV_VCPU_OP_UP
        mv      a1, s0
        hypercall PV_VCPU_OP
        bnez    a0, wrong
        addi    s0, s0, 1
        j       2b

3:      li      s0, 0                   # this virtual CPU
        li      s1, ROUNDS
4:      call    hand_on
        call    await
        addi    s1, s1, -1
        bnez    s1, 4b
        la      a0, round
        call    pv_print
        mv      a0, s11
        call    pv_print_number
        la      a0, cpus
        call    pv_print
        li      a0, ROUNDS
        call    pv_print_number
        la      a0, times
        call    pv_print
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

# The others begin here: a0 is which one.
other:  mv      s0, a0
        ld      t0, pv_start
        ld      s11, PV_START_VCPUS(t0)
1:      call    await
        call    hand_on
        j       1b

# hand_on: tells the virtual CPU behind this one, s0.
hand_on:
        addi    t0, s0, 1
        remu    t0, t0, s11
        slli    t0, t0, 2
        la      t1, ports
        add     t0, t0, t1
        lw      a1, (t0)
        li      a0, PV_EVENT_SEND
        hypercall PV_EVENT
        bnez    a0, wrong
        ret

# await: until this one is told, and counts that. The bit of its port is taken back: else it would be told no second time.
await:  slli    t0, s0, 2
        la      s10, ports
        add     s10, s10, t0
1:      li      a0, PV_SCHED_OP_POLL
        mv      a1, s10
        li      a2, 1                   # one port
        li      a3, -1                  # for ever
        hypercall PV_SCHED_OP
        lw      t0, (s10)
        li      t1, 1
        sll     t1, t1, t0
        not     t2, t1
        ld      t0, pv_shared
        amoand.d t2, t2, (t0)           # PV_PENDING is 0
        and     t2, t2, t1
        beqz    t2, 1b
        la      t0, visits
        slli    t1, s0, 3
        add     t0, t0, t1
        ld      t1, (t0)
        addi    t1, t1, 1
        sd      t1, (t0)
        ret

        .section .rodata
round:  .asciz  "A token went round "
cpus:   .asciz  " virtual CPUs "
times:  .asciz  " times.\n"

        .section .bss
        .balign 16
visits: .skip   8 * MOST
context: .skip  32
ports:  .skip   4 * MOST
        .balign 16
stacks: .skip   MOST << STACK_SHIFT
