# Batching: a table of 512 entries is written three times, by lists of 1, of 8 and of 64 entries. Each list is one hypercall, so that exits fall as
# one by the length of the list: 512, 64 and 8, and 18 others for all the rest. What the VMM does for each entry, look at it and count its frame,
# stays as it is.

#! test "writes a table by fewer calls, the longer its lists are"
#! engines para
#! expect console "lists of 1: 512 calls\nlists of 8: 64 calls\nlists of 64: 8 calls\n"
#! expect exits sbi-call == 602
#! expect never at wrong
#! expect t0 == 512 at all_written every

#include "../pv.S"

#define LONGEST             64

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, leaves              # an empty table of level 0, which is linked nowhere: pinned it is a table all the same
        li      a1, PV_READ_ONLY
        call    pv_remap
        la      a0, leaves
        call    pv_machine
        mv      s0, a0
        mv      a1, a0
        li      a0, PV_MMUEXT_PIN
        li      a2, 0
        call    pv_mmuext

        li      s5, 1
        call    write_table
        li      s5, 8
        call    write_table
        li      s5, 64
        call    write_table
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

# write_table: all entries of the table at s0, a machine address, by lists of s5 entries.
write_table:
        addi    sp, sp, -16
        sd      ra, (sp)
        la      a0, frame
        li      a1, PV_READ_ONLY
        call    pv_entry
        mv      s3, a0
        li      s1, 512                 # entries that remain
        mv      s2, s0
        li      s4, 0                   # calls
1:
        la      t0, list                # of each entry where it is, by its machine address, and what it is to be
        mv      t1, s5
2:      sd      s2, 0(t0)
        sd      s3, 8(t0)
        addi    s2, s2, 8
        addi    t0, t0, 16
        addi    t1, t1, -1
        bnez    t1, 2b
        la      a0, list
        mv      a1, s5
        hypercall PV_MMU_UPDATE
        bnez    a0, wrong
        bne     a1, s5, wrong           # the value says how many entries were written
        addi    s4, s4, 1
        sub     s1, s1, s5
        bnez    s1, 1b

        la      t1, leaves              # the table may be read: are they all there?
        li      t0, 0
3:      ld      t2, (t1)
        bne     t2, s3, wrong
        addi    t1, t1, 8
        addi    t0, t0, 1
        li      t2, 512
        bne     t0, t2, 3b
all_written:
        la      a0, lists
        call    pv_print
        mv      a0, s5
        call    pv_print_number
        la      a0, made
        call    pv_print
        mv      a0, s4
        call    pv_print_number
        la      a0, calls
        call    pv_print
        ld      ra, (sp)
        addi    sp, sp, 16
        ret

        .section .rodata
lists:  .asciz  "lists of "
made:   .asciz  ": "
calls:  .asciz  " calls\n"

        .section .bss
        .balign PAGE
leaves: .skip   PAGE
frame:  .skip   PAGE
list:   .skip   16 * LONGEST
        .skip   PAGE
        .balign 16
stack_top:
