# The copy of a page table, as of fork: the entries of a table go into another one, and the pages are read once through that.
#include "measure.h"

        .equ    measure_operations, 512

        .globl  _start
_start: la      t0, wrong
        csrw    stvec, t0
        la      s1, root
        li      t0, (0x80000000 >> 12 << 10) | PTE_KERNEL
        sd      t0, 16(s1)
        pte     t0, middle, PTE_V
        sd      t0, 8(s1)
        la      t1, middle
        pte     t0, copy, PTE_V
        sd      t0, 0(t1)
        la      s2, parent              # what is to be copied: every page is the frame
        la      s3, copy
        pte     t0, frame, PTE_KERNEL
        li      s0, measure_operations
1:      sd      t0, (s2)
        addi    s2, s2, 8
        addi    s0, s0, -1
        bnez    s0, 1b
        paging_on root

        la      s2, parent
        li      s0, measure_operations
measure_begin:
        ld      t0, (s2)
        sd      t0, (s3)
        addi    s2, s2, 8
        addi    s3, s3, 8
        addi    s0, s0, -1
        bnez    s0, measure_begin
        sfence.vma
        li      s0, measure_operations
        li      s2, WINDOW
        li      s3, PAGE
2:      ld      t0, (s2)
        add     s2, s2, s3
        addi    s0, s0, -1
        bnez    s0, 2b
measure_end:
        power_off
        .balign 4
wrong:  power_off SRST_SYSTEM_FAILURE

        .bss
        .balign PAGE
root:   .skip   PAGE
middle: .skip   PAGE
parent: .skip   PAGE
copy:   .skip   PAGE
frame:  .skip   PAGE
