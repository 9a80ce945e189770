# The context switch, ported: by one exit, the hypercall that chooses the other root. Both roots are pinned: a root that nobody uses is no table any more, and the
# VMM would have to look at all of it again each time.
#include "measure.h"
#include "../para/pv.S"

        .equ    measure_operations, 1000

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, wrong
        la      a1, stack_top
        hypercall PV_SET_TRAP
        ld      a0, pv_first_root
        call    pv_virtual
        ld      s0, 16(a0)              # where the first root has the kernel: both have it there
        .irp    n, 1, 2
        sd      s0, root\n + 16, t0
        la      a0, middle\n
        li      a1, PTE_V
        call    pv_entry
        sd      a0, root\n + 8, t0
        la      a0, leaves\n
        li      a1, PTE_V
        call    pv_entry
        sd      a0, middle\n, t0
        la      a0, frame\n
        li      a1, PV_PAGE
        call    pv_entry
        sd      a0, leaves\n, t0
        li      t0, \n
        sd      t0, frame\n, t1         # each frame has the number of its address space
        la      a0, root\n
        li      a1, PV_READ_ONLY
        la      a2, tables_end\n
        call    pv_remap_range
        la      a0, root\n
        call    pv_machine
        mv      a1, a0
        sd      a0, switch\n + 8, t0
        li      a0, PV_MMUEXT_PIN
        li      a2, 2
        call    pv_mmuext
        .endr

        li      s0, measure_operations / 2
        li      s3, WINDOW
        li      s4, 0
measure_begin:
        .irp    n, 2, 1
        la      a0, switch\n
        li      a1, 1
        hypercall PV_MMUEXT
        ld      t0, (s3)
        add     s4, s4, t0
        .endr
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        li      t0, measure_operations / 2 * 3
        bne     s4, t0, wrong           # each saw its own frame each time
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

        .section .data
        .balign 8
        .irp    n, 1, 2
switch\n: .dword PV_MMUEXT_KERNEL_ROOT, 0, 0    # a list of one operation: op, x, y
        .endr

        .section .bss
        .balign PAGE
        .irp    n, 1, 2
root\n:   .skip PAGE
middle\n: .skip PAGE
leaves\n: .skip PAGE
tables_end\n:
frame\n:  .skip PAGE
        .endr
        .skip   PAGE
stack_top:
