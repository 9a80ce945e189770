# Sections of every kind, for linker scripts to put into places.
    .section .text.init, "ax"
    .globl _start, main
_start:
    la sp, stack_top
    la a0, __bss_start
    la a1, __bss_end
1:  bgeu a0, a1, 2f
    sd zero, (a0)
    addi a0, a0, 8
    j 1b
2:  call main
    tail finish
    .text
main:
    lw a0, counter
    la a1, message
    call helper
    ret
finish:
    j finish
    .section .text.helper, "ax"
    .balign 16
    .globl helper
helper:
    lla a2, table
    ld a0, (a2)
    ret
    .section .text.unused, "ax"
unused: ret
    .section .rodata
    .globl message
message: .asciz "hello"
    .section .rodata.str1.1, "aMS", @progbits, 1
    .asciz "shared"
    .asciz "red"
    .section .srodata, "a"
    .dword 11
    .data
    .balign 8
    .globl counter
counter: .word 42
table: .dword main, helper
    .section .data.cold, "aw"
    .word 1, 2, 3
    .section .sdata, "aw"
small: .word 5
    .section .init_array.00200, "aw", @init_array
    .dword helper
    .section .init_array.00100, "aw", @init_array
    .dword main
    .section .init_array, "aw", @init_array
    .dword finish
    .section .tdata, "awT", @progbits
thread: .word 9
    .section .tbss, "awT", @nobits
    .skip 12
    .section .sbss, "aw", @nobits
    .skip 4
    .bss
    .balign 16
    .globl zeroed
zeroed: .skip 100
    .comm common_one, 40, 8
    .section .stack, "aw", @nobits
    .skip 64
    .section orphan_code, "ax"
    nop
    .section orphan_constants, "a"
    .byte 1, 2, 3
    .section orphan_data, "aw"
    .byte 4
    .section orphan_zeros, "aw", @nobits
    .skip 20
    .section .note.guest, "a", @note
    .word 4, 0, 1
    .asciz "abc"
