# The page fault: pages that are not there are touched one after the other, and the kernel maps each when it is.
#include "measure.h"

        .equ    measure_operations, 512

        .globl  _start
_start: la      t0, fault
        csrw    stvec, t0
        la      s1, root
        li      t0, (0x80000000 >> 12 << 10) | PTE_KERNEL
        sd      t0, 16(s1)              # the kernel's own GiB, where it is
        pte     t0, middle, PTE_V
        sd      t0, 8(s1)               # WINDOW is in the second GiB
        la      t1, middle
        pte     t0, leaves, PTE_V
        sd      t0, 0(t1)
        paging_on root

        li      s0, WINDOW
        li      s2, measure_operations
        li      s3, PAGE
        la      s4, leaves
        pte     s5, frame, PTE_KERNEL
measure_begin:
        ld      t0, (s0)                # faults
        add     s0, s0, s3
        addi    s2, s2, -1
        bnez    s2, measure_begin
measure_end:
        power_off

# Maps the page that is missing; all of them to the same frame.
        .balign 4
fault:  csrr    t1, scause
        addi    t1, t1, -CAUSE_LOAD_FAULT
        bnez    t1, 1f
        csrr    t1, stval
        srli    t2, t1, 12
        andi    t2, t2, 511
        slli    t2, t2, 3
        add     t2, t2, s4
        sd      s5, (t2)
        sfence.vma t1, zero
        sret
1:      power_off SRST_SYSTEM_FAILURE

        .bss
        .balign PAGE
root:   .skip   PAGE
middle: .skip   PAGE
leaves: .skip   PAGE
frame:  .skip   PAGE
