# The copy of a page table, ported: one exit for a list of BATCH entries, and none for the pages that are read, since the hardware walks the table itself.
#include "measure.h"
#include "../para/pv.S"

#ifndef BATCH
#define BATCH               64
#endif

        .equ    measure_operations, 512

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, wrong
        la      a1, stack_top
        hypercall PV_SET_TRAP
        la      a0, middle
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        ld      a0, pv_first_root
        call    pv_virtual
        addi    s0, a0, 8
        la      a0, middle
        li      a1, PTE_V
        call    pv_entry
        mv      a1, a0
        mv      a0, s0
        call    pv_set_entry
        la      a0, copy
        li      a1, PTE_V
        call    pv_entry
        mv      a1, a0
        la      a0, middle
        call    pv_set_entry
        la      a0, copy
        call    pv_machine
        mv      s3, a0                  # the list says by machine addresses where entries are
        la      a0, frame
        li      a1, PV_PAGE
        call    pv_entry
        la      t0, parent              # what is to be copied: every page is the frame
        li      t1, measure_operations
1:      sd      a0, (t0)
        addi    t0, t0, 8
        addi    t1, t1, -1
        bnez    t1, 1b

        la      s2, parent
        li      s0, measure_operations / BATCH
measure_begin:
        la      t1, list
        li      t2, BATCH
1:      ld      t0, (s2)
        sd      s3, (t1)
        sd      t0, 8(t1)
        addi    s2, s2, 8
        addi    s3, s3, 8
        addi    t1, t1, 16
        addi    t2, t2, -1
        bnez    t2, 1b
        la      a0, list
        li      a1, BATCH
        hypercall PV_MMU_UPDATE
        bnez    a0, wrong
        addi    s0, s0, -1
        bnez    s0, measure_begin
        li      a0, PV_MMUEXT_FLUSH_ALL
        call    pv_mmuext
        li      s0, measure_operations
        li      s2, WINDOW
        li      s3, PAGE
2:      ld      t0, (s2)
        add     s2, s2, s3
        addi    s0, s0, -1
        bnez    s0, 2b
measure_end:
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

        .section .bss
        .balign PAGE
middle: .skip   PAGE
copy:   .skip   PAGE
tables_end:
parent: .skip   PAGE
frame:  .skip   PAGE
list:   .skip   16 * BATCH
        .skip   PAGE
        .balign 16
stack_top:
