# The null system call, ported: by two exits, the call itself, which the VMM hands to the kernel, and iret. What the kernel reads and writes is in the words.
#include "measure.h"
#include "../para/pv.S"

        .equ    measure_operations, 1000

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, kernel
        la      a1, stack_top
        hypercall PV_SET_TRAP
        la      a0, program             # the program's tables: its page, where the kernel has it as well, and nothing else
        li      a1, PTE_V | PTE_R | PTE_X | PTE_U | PTE_A
        call    pv_entry
        la      t0, program
        srli    t0, t0, 12
        andi    t0, t0, 511
        slli    t0, t0, 3
        la      t1, leaves
        add     t0, t0, t1
        sd      a0, (t0)
        la      a0, leaves
        li      a1, PTE_V
        call    pv_entry
        sd      a0, middle + 8, t0
        la      a0, middle
        li      a1, PTE_V
        call    pv_entry
        sd      a0, user_root + 16, t0
        la      a0, user_root
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        la      a0, user_root
        call    pv_machine
        mv      a1, a0
        li      a0, PV_MMUEXT_USER_ROOT
        call    pv_mmuext
        ld      t0, pv_shared
        addi    t0, t0, PV_WORDS
        la      t1, program
        sd      t1, PV_WORD_SEPC(t0)
        sd      zero, PV_WORD_STATUS(t0)
        hypercall PV_IRET               # to the program

        .balign PAGE
program:
        li      s0, measure_operations
        li      a7, 0                   # the call that does nothing
measure_begin:
        ecall
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        li      a7, 1                   # the call that ends
        ecall
        .balign PAGE

kernel: bnez    a7, 1f
        ld      t1, PV_WORD_SEPC(t0)
        addi    t1, t1, 4
        sd      t1, PV_WORD_SEPC(t0)
        sd      a7, PV_WORD_A7(t0)      # a6 the program does not use
        hypercall PV_IRET
1:      li      a0, 0
        j       pv_power_off

        .section .bss
        .balign PAGE
user_root: .skip PAGE
middle: .skip   PAGE
leaves: .skip   PAGE
tables_end:
        .skip   PAGE
stack_top:
