# The console, through what is left of the firmware: the debug console.

#include "pv.h"

        .section .text

# puts: prints the string at a0.
        .globl  puts
puts:
        mv      t0, a0
        mv      t1, a7
1:      lbu     a0, 0(t0)
        beqz    a0, 2f
        li      a6, DBCN_WRITE_BYTE
        li      a7, SBI_DBCN
        ecall
        addi    t0, t0, 1
        j       1b
2:      mv      a7, t1
        ret
