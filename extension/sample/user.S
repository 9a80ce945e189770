# The user program. It is mapped at USER_CODE in one page of its own, so it must not mention addresses of the kernel.

#include "kernel.h"

        .section .text
        .balign PAGE
        .globl  user_program
user_program:
1:      auipc   a0, %pcrel_hi(greeting)
        addi    a0, a0, %pcrel_lo(1b)
        li      a7, SYS_PRINT
        ecall                           # into the kernel's on_trap, by way of the VMM
        li      a7, SYS_EXIT
        ecall
greeting:
        .asciz  "Hello from user mode.\n"
        .balign PAGE
