.section .rodata.str1.8,"aMS",@progbits,1
.align 3
.LC0: .string "world"
.align 3
.LC1: .string "hello world"
.align 3
.globl shared
shared: .string "string"
.section .rodata.str1.1,"aMS",@progbits,1
.string "f"
.LC7: .string "ef"
.section .rodata.cst8,"aM",@progbits,8
.dword 3
.globl b
b: .dword 9
.data
.dword .LC0, .LC1, shared, .LC7, b
