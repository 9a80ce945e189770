# Counts in rounds, prints a letter in each, and powers off after ROUNDS of them.
#ifndef ROUNDS
#define ROUNDS 1000000
#endif
        .globl  _start
_start:
        la      sp, stack_top
        li      s0, 0
        li      s1, ROUNDS
round:
        addi    s0, s0, 1
        mv      a0, s0
        call    square
after:
        la      t0, last
        sd      a0, 0(t0)
print:
        li      a0, LETTER
        li      a7, 1
        ecall
printed:
        blt     s0, s1, round
        li      a0, '\n'
        li      a7, 1
        ecall
done:
        li      a7, 8
        ecall
        j       done

square:
        addi    sp, sp, -16
        sd      ra, 8(sp)
        mul     a0, a0, a0
        ld      ra, 8(sp)
        addi    sp, sp, 16
        ret

        .data
        .balign 8
last:   .dword  0
        .space  256
stack_top:
