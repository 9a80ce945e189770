# The null system call: a program asks its kernel for nothing, and the kernel gives it that.
#include "measure.h"

        .equ    measure_operations, 1000

        .globl  _start
_start: la      t0, kernel
        csrw    stvec, t0
        la      t0, program
        csrw    sepc, t0
        li      t0, SSTATUS_SPP
        csrc    sstatus, t0
        sret                            # to U-mode

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

        .balign 4
kernel: bnez    a7, 1f
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
1:      power_off
