# Asks translate about addresses of a guest that has 1 MiB from 0x80000000, at 0x40100000 of the machine. Nothing is to be changed here.

#ifndef BASE
#define BASE 0x80000000
#define SIZE 0x100000
#define MACHINE 0x40100000
#endif

# The answer is in a0 at the label behind it.
        .macro  ask address, length
        li      a0, \address
        li      a1, \length
        la      a2, box
        call    translate
        .endm

        .globl  _start
_start: la      sp, stack_top
        ask     BASE, 8
first:  nop
        ask     BASE + 0x1234, 4
middle: nop
        ask     BASE + SIZE - 8, 8
last:   nop
        ask     BASE + SIZE, 1
behind: nop
        ask     BASE - 1, 1
before: nop
        ask     BASE + SIZE - 4, 8
across: nop
        ask     BASE, SIZE
whole:  nop
        ask     BASE, SIZE + 1
too_long:
        nop
        ask     0xfffffffffffffff8, 16
around: nop
        ask     BASE + 0x10, 0xffffffffffffffff
huge:   nop
        ask     0x8000000080000000, 8
sign:   nop
        li      a7, 8
        ecall
        j       .

        .data
        .balign 8
box:    .dword  BASE, SIZE, MACHINE
        .balign 16
        .space  4096
stack_top:
