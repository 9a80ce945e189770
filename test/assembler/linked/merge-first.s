.globl _start
_start: la a0, .LC0
 la a1, .LC1
 la a2, .LC2
 lui a3, %hi(.LC3)
 la a4, .LC4+2
.section .rodata.str1.8,"aMS",@progbits,1
.align 3
.LC0: .string "hello world"
.align 3
.LC1: .string "world"
.align 3
.LC2: .string "x"
.string ""
.string "tail of a string"
.section .rodata.str1.1,"aMS",@progbits,1
.LC3: .string "rld"
.LC4: .string "abcdef"
.string "def"
.section .rodata.cst8,"aM",@progbits,8
.align 3
.dword 1,2,3,1
a: .dword 2
.data
.dword a, .LC1, .LC4
