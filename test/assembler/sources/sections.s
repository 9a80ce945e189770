    .text
    .globl _start
    .type _start, @function
_start:
    la a0, message
    la a1, scratch
    lla a2, table
    lw a3, word
    sw a3, word, t0
    ld a4, table + 8
    .size _start, . - _start
    .section .text.later, "ax", @progbits
later: ret
    .section .rodata
message: .asciz "hello"
    .pushsection .data
word: .word 1
    .popsection
    .byte 1
    .previous
    .section .data.extra, "aw"
    .balign 8
table: .dword later, message, _start
    .section .rodata.str1.8, "aMS", @progbits, 1
    .balign 8
    .string "merged"
    .section custom, "aw", @progbits
    .word custom_end - .
custom_end:
    .section custom_code, "ax"
    j later
    .section custom_constants, "a"
    .byte 1, 2, 3
    .section custom_zero, "aw", @nobits
    .skip 10
    .sdata_unknown = 1
    .section .sdata, "aw"
    .dword 5
    .section .sbss, "aw", @nobits
    .skip 4
    .bss
    .align 4
scratch: .skip 64
    .text
    .weak absent
    call later
    tail later
    .hidden later
    .local message
    .globl table
    .section .text.hot, "ax"
    nop
    .section .text.unlikely, "ax"
    ebreak
    .section .note.test, "", @note
    .byte 1
    .section .init_array, "aw"
    .dword _start
    .ident "compiler"
    .file "x.c"
    .attribute stack_align, 16
    .attribute unaligned_access, -1
