# The same kernel with other numbers, in two lists, and another line: the checks run this one. Nothing is to be changed here.

#ifndef FEW
#define FEW 5, 8, 13, 21, 34, 55, 89
#define SUM 225
#endif

        .equ    TEXT_LENGTH, 27

        .globl  _start
_start: la      sp, stack_top
        la      t0, table               # one page of 1 GiB: memory where it is
        li      t1, (0x80000 << 10) | 0xcf
        sd      t1, 16(t0)
        srli    t0, t0, 12
        li      t1, 8 << 60             # Sv39
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
paged:  csrsi   sstatus, 2              # interrupts may come
        la      a0, many
        li      a1, 60
        call    work
worked: mv      s0, a0
        csrci   sstatus, 2              # and here they may not
        la      a0, few
        li      a1, 7
        call    work
worked_again:
        mv      s1, a0
        la      a0, text
        li      a1, TEXT_LENGTH
        call    say
said:   li      t0, 13050 + SUM
        add     s0, s0, s1
        sub     a1, s0, t0              # 0 where both sums are right
        snez    a1, a1
        li      a0, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

        .data
        .balign 4
many:
        .set    number, 11
        .rept   60
        .word   number
        .set    number, number + 7
        .endr
few:    .word   FEW
text:   .ascii  "two sums, and another line\n"
        .bss
        .balign 4096
table:  .space  4096
        .space  4096
stack_top:
