# Demand paging: pages of a window are touched one after the other, and each is mapped when it is. The VMM passes the page fault on, which the
# hardware has found in the kernel's own tables; the kernel answers by one hypercall, which writes the entry and forgets the old translation.

#! test "maps each page when it is touched first"
#! engines para
#! expect console "8 pages were touched twice, for 8 faults.\n"
#! expect exits guest-page-fault == 8
#! expect never at wrong

#include "../pv.S"

#define PAGES               8

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, fault
        la      a1, stack_top
        hypercall PV_SET_TRAP

        # The first tables map memory alone. Below their root's entry for WINDOW come two tables, which are empty: as a table's, their pages
        # may only be read.
        la      a0, middle
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        ld      a0, pv_first_root
        call    pv_virtual
        addi    s0, a0, WINDOW >> 30 << 3
        la      a0, middle
        li      a1, PTE_V
        call    pv_entry
        mv      a1, a0
        mv      a0, s0
        call    pv_set_entry            # the VMM looks at middle now, and knows it as a table of level 1
        la      a0, leaves
        li      a1, PTE_V
        call    pv_entry
        mv      a1, a0
        la      a0, middle
        call    pv_set_entry

        # Twice: the second time no page is missing.
        li      s2, 2
1:      li      s0, WINDOW
        li      s1, PAGES
2:      sd      s1, (s0)
        ld      t0, (s0)
        bne     t0, s1, wrong
        li      t0, PAGE
        add     s0, s0, t0
        addi    s1, s1, -1
        bnez    s1, 2b
        addi    s2, s2, -1
        bnez    s2, 1b

        li      a0, PAGES
        call    pv_print_number
        la      a0, touched
        call    pv_print
        ld      a0, faults
        call    pv_print_number
        la      a0, taken
        call    pv_print
        li      a0, 0
        j       pv_power_off

# Traps come here.
fault:  pv_enter
        ld      t1, PV_WORD_SCAUSE(t0)
        li      t2, CAUSE_STORE_FAULT
        bne     t1, t2, wrong
        la      t1, next_frame          # memory of the kernel's own: by its guest-physical address
        ld      a0, (t1)
        li      t2, PAGE
        add     t2, t2, a0
        sd      t2, (t1)
        li      a1, PV_PAGE
        call    pv_entry                # by its machine address
        mv      a1, a0
        ld      t0, FRAME_WORDS(sp)
        ld      a0, PV_WORD_STVAL(t0)
        li      a2, 1                   # this virtual CPU forgets that the page was not there
        hypercall PV_UPDATE_VA
        bnez    a0, wrong
        la      t1, faults
        ld      t2, (t1)
        addi    t2, t2, 1
        sd      t2, (t1)
        pv_leave

wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

        .section .rodata
touched: .asciz " pages were touched twice, for "
taken:  .asciz  " faults.\n"

        .section .data
        .balign 8
faults: .dword  0
next_frame:
        .dword  frames

        .section .bss
        .balign PAGE
middle: .skip   PAGE
leaves: .skip   PAGE
tables_end:
frames: .skip   PAGES * PAGE
        .skip   PAGE
stack_top:
