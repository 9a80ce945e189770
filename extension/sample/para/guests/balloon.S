# Ballooning: a kernel gives frames back to its host, and gets others in their place. Nothing of its own may lead to what it gives: it takes the page out of
# its tables first. What it gets is by machine addresses, which it writes into its map and its tables itself, and is zero.

#! test "gives frames back, and gets others"
#! engines para
#! expect console "4 frames have gone back.\nA load from there: cause 13.\n4 frames have come, and are zero.\n"
#! expect never at wrong

#include "../pv.S"

#define FRAMES              4

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, trap
        la      a1, stack_top
        hypercall PV_SET_TRAP

        # The frames, in a list by their guest-physical addresses; and none of them mapped any more.
        la      s0, frames
        la      s1, list
        li      s2, FRAMES
1:      sd      s0, (s0)                # something that is not to be seen again
        sd      s0, (s1)
        mv      a0, s0
        li      a1, 0
        li      a2, 1                   # this virtual CPU forgets it
        hypercall PV_UPDATE_VA
        bnez    a0, wrong
        li      t0, PAGE
        add     s0, s0, t0
        addi    s1, s1, 8
        addi    s2, s2, -1
        bnez    s2, 1b
        li      a0, PV_MEMORY_DECREASE
        la      a1, list
        li      a2, FRAMES
        hypercall PV_MEMORY
        bnez    a0, wrong
        mv      a0, a1                  # so many it was
        call    pv_print_number
        la      a0, gone
        call    pv_print
        la      a0, load
        call    pv_print
        la      t1, frames
        lw      t1, (t1)                # trap tells of it, and passes over it

        li      a0, PV_MEMORY_INCREASE
        la      a1, list                # where: the same addresses. They are replaced by machine addresses
        li      a2, FRAMES
        hypercall PV_MEMORY
        bnez    a0, wrong
        mv      s5, a1
        la      s0, frames
        la      s1, list
        li      s2, FRAMES
2:      ld      s3, (s1)
        li      t0, RAM
        sub     t0, s0, t0
        srli    t0, t0, 12
        slli    t0, t0, 3
        ld      t1, pv_p2m
        add     t0, t0, t1
        sd      s3, (t0)                # the map is the kernel's to keep
        mv      a0, s0
        srli    a1, s3, 2
        ori     a1, a1, PV_PAGE
        li      a2, 1
        hypercall PV_UPDATE_VA
        bnez    a0, wrong
        ld      t0, (s0)
        bnez    t0, wrong
        mv      a0, s3                  # and back: the VMM has its map kept as well
        call    pv_virtual
        bne     a0, s0, wrong
        li      t0, PAGE
        add     s0, s0, t0
        addi    s1, s1, 8
        addi    s2, s2, -1
        bnez    s2, 2b
        mv      a0, s5
        call    pv_print_number
        la      a0, come
        call    pv_print
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

trap:   pv_enter
        ld      t1, PV_WORD_SEPC(t0)
        addi    t1, t1, 4
        sd      t1, PV_WORD_SEPC(t0)
        ld      a0, PV_WORD_SCAUSE(t0)
        call    pv_print_number
        la      a0, stop
        call    pv_print
        pv_leave

        .section .rodata
gone:   .asciz  " frames have gone back.\n"
load:   .asciz  "A load from there: cause "
stop:   .asciz  ".\n"
come:   .asciz  " frames have come, and are zero.\n"

        .section .bss
        .balign PAGE
frames: .skip   FRAMES * PAGE
list:   .skip   8 * FRAMES
        .skip   PAGE
        .balign 16
stack_top:
