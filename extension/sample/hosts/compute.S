# Computes for as long as it may: the sum of 1 to 5,000,000.

        .globl  _start
_start: li      s0, 5000000
        li      s1, 0
1:      add     s1, s1, s0
        addi    s0, s0, -1
        bnez    s0, 1b
        la      t1, text
2:      lbu     a0, (t1)
        beqz    a0, 3f
        li      a7, 1                   # SBI: console_putchar
        ecall
        addi    t1, t1, 1
        j       2b
3:      li      a7, 8                   # SBI: shutdown
        ecall

        .section .rodata
text:   .asciz  "done\n"
