# Statements over several lines, labels before blocks, names of sections.
        .globl  _start
_start: addi    a0, /* one
                       two */ a0, 1
1:      .ifdef  DEBUG
        nop
        .endif
        j       1b
2:      .if     1
3:      .else
        nop
        .endif
        beqz    a0, 2b
        beqz    a0, 3b
        .if     0
skipped: .endif
        nop
        .endif
named:  .macro  x, y=/* over
                        lines */ 2
        addi    \x, \x, \y
last:   .endm
        named   a0
        j       last
4:      .rept   2
        nop
        .endr
        j       4b
        nop  /* a statement that ends
                before its comment */
        nop  /* two */ ; /* statements
                with a comment between */ nop
        .data
        .asciz  "one
two \
three", "four

five" ; .byte 1 # "
        .word   .data, . - .data, .Lend - .facts
        .section .facts,"a"
        .word   0
        .word   .Lend - .facts, .text
.Lend:
        .reloc  0, R_RISCV_NONE, .data
        .text
        la      a0, .facts
        lui     a1, %hi(.data)
        .ifdef  .text
        nop
        .endif
        .bss
        .space  4
