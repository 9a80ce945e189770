# The context switch: two address spaces, of which each has its own frame at WINDOW, take turns.
#include "measure.h"

        .equ    measure_operations, 1000

        .globl  _start
_start: la      t0, wrong
        csrw    stvec, t0
        .irp    n, 1, 2
        la      s1, root\n
        li      t0, (0x80000000 >> 12 << 10) | PTE_KERNEL
        sd      t0, 16(s1)
        pte     t0, middle\n, PTE_V
        sd      t0, 8(s1)
        la      t1, middle\n
        pte     t0, leaves\n, PTE_V
        sd      t0, 0(t1)
        la      t1, leaves\n
        pte     t0, frame\n, PTE_KERNEL
        sd      t0, 0(t1)
        la      t1, frame\n
        li      t0, \n
        sd      t0, 0(t1)               # each frame has the number of its address space
        .endr
        .irp    n, 1, 2
        la      t0, root\n
        srli    t0, t0, 12
        li      t1, SATP_SV39 | \n << 44
        or      s\n, t0, t1             # ASID 1 and 2
        .endr
        csrw    satp, s1
        sfence.vma

        li      s0, measure_operations / 2
        li      s3, WINDOW
        li      s4, 0
measure_begin:
        csrw    satp, s2
        ld      t0, (s3)
        add     s4, s4, t0
        csrw    satp, s1
        ld      t0, (s3)
        add     s4, s4, t0
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        li      t0, measure_operations / 2 * 3
        bne     s4, t0, wrong           # each saw its own frame each time
        power_off
        .balign 4
wrong:  power_off SRST_SYSTEM_FAILURE

        .bss
        .balign PAGE
        .irp    n, 1, 2
root\n:   .skip PAGE
middle\n: .skip PAGE
leaves\n: .skip PAGE
frame\n:  .skip PAGE
        .endr
