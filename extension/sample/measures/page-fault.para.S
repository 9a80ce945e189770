# The page fault, ported: by three exits, the fault, which the VMM hands to the kernel, update_va and iret.
#include "measure.h"
#include "../para/pv.S"

        .equ    measure_operations, 512

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, fault
        la      a1, stack_top
        hypercall PV_SET_TRAP
        la      a0, middle
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        ld      a0, pv_first_root
        call    pv_virtual
        addi    s0, a0, 8               # WINDOW is in the second GiB
        la      a0, middle
        li      a1, PTE_V
        call    pv_entry
        mv      a1, a0
        mv      a0, s0
        call    pv_set_entry
        la      a0, leaves
        li      a1, PTE_V
        call    pv_entry
        mv      a1, a0
        la      a0, middle
        call    pv_set_entry
        la      a0, frame
        li      a1, PV_PAGE
        call    pv_entry
        mv      s5, a0

        li      s0, WINDOW
        li      s2, measure_operations
        li      s3, PAGE
measure_begin:
        ld      t0, (s0)                # faults
        add     s0, s0, s3
        addi    s2, s2, -1
        bnez    s2, measure_begin
measure_end:
        li      a0, 0
        j       pv_power_off

# Maps the page that is missing; all of them to the same frame.
fault:  ld      t1, PV_WORD_SCAUSE(t0)
        addi    t1, t1, -CAUSE_LOAD_FAULT
        bnez    t1, 1f
        ld      a0, PV_WORD_STVAL(t0)
        mv      a1, s5
        li      a2, 1                   # and this virtual CPU forgets that it was missing
        hypercall PV_UPDATE_VA
        bnez    a0, 1f
        hypercall PV_IRET
1:      li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

        .section .bss
        .balign PAGE
middle: .skip   PAGE
leaves: .skip   PAGE
tables_end:
frame:  .skip   PAGE
        .skip   PAGE
stack_top:
