# A kernel with some work to do: where does its time go under a VMM? Nothing is to be changed here.

        .equ    TEXT_LENGTH, 37

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
        la      a0, numbers
        li      a1, 100
        call    work
worked: mv      s0, a0
        la      a0, text
        li      a1, TEXT_LENGTH
        call    say
said:   li      t0, 5050
        sub     a1, s0, t0              # 0 where the sum is right
        snez    a1, a1
        li      a0, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

        .data
        .balign 4
numbers:
        .set    number, 1
        .rept   100
        .word   number
        .set    number, number + 1
        .endr
text:   .ascii  "the sum of the numbers from 1 to 100\n"
        .bss
        .balign 4096
table:  .space  4096
        .space  4096
stack_top:
