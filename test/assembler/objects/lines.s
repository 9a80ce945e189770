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
# What linkers and the end of the source know.
        .data
"a b" "c": .word "a b""c" - _start
        .set    "x\"y", 5
        .word   "x\"y", .sizeof.(.text), .startof.(.data)
        .weakref alias, target
        .word   alias
target: .word   0
x:      .word   1
at_end  == . - x
        .eqv    twice, 2 * (. - x)
        .word   at_end, twice
        .space  3
        .cfi_sections .eh_frame, .debug_frame
        .text
f:      .cfi_startproc
        nop
        .cfi_sections .debug_frame
        .cfi_endproc
        .cfi_startproc
        .cfi_offset ra, -8
        .cfi_endproc
        .data
