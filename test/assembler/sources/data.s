# Data directives of every kind.
    .globl _start
_start:
    nop
    .data
bytes:  .byte 1, -1, 'a', '\n', 0x7f, 0b101, 017, 255, bytes_end - bytes
        .byte 3
bytes_end:
    .half 1, -2, 0xffff
    .short 4
    .hword 5
    .2byte 6, 7
    .word 1, -1, 0xdeadbeef, bytes, bytes + 4, bytes_end - bytes
    .long 8
    .int 9
    .4byte 10
    .dword 1, -1, 0xfedcba9876543210, bytes, bytes_end - bytes, (bytes_end - bytes) * 3 + 1
    .quad 11
    .8byte 12, _start, later - _start
    .octa 0x0123456789abcdef0011223344556677, 5
    .ascii "abc" "def", "g\0h\x41\101\\\"\t"
    .asciz "one", "two" "three"
    .string "four", ""
    .string8 "a"
    .string16 "wide"
    .string32 "wider"
    .string64 "w"
    .balign 4
    .space 3
    .space 3, 0x55
    .skip 2, 0xaa
    .zero 5
    .fill 3, 2, 0x1234
    .fill 2, 8, 0x11223344
    .fill 4
    .fill 2, 1, 9
    .fill 0, 4, 9
    .p2align 3
    .p2align 4, 0xcc
    .align 2, 1
    .balign 8, 7, 2
    .balignw 8, 0x1234
    .balignl 16, 0x12345678
    .p2alignw 3, 0x4321
    .uleb128 0
    .uleb128 1
    .uleb128 127
    .uleb128 128
    .uleb128 300
    .uleb128 0xffffffff
    .sleb128 0
    .sleb128 1
    .sleb128 -1
    .sleb128 63
    .sleb128 64
    .sleb128 -64
    .sleb128 -65
    .sleb128 1000000
    .sleb128 -1000000
far_end:
    .float 1.0, -2.5, 1e10, 0f3.5
    .single .5
    .double 3.141592653589793, -0.0, 1e-310
    .float16 1.0, -2.5, 65504
    .balign 4
here: .word . - here
    .org here + 64, 0x77
    .word 1
    .dc.b 1
    .dc.w 2
    .dc.l 3
    .byte 1+2*3, (1+2)*3, 10/3, -10/3, 10%3, 1<<4, 256>>2, 0xf0|0xf, 0xff&0x3c, 6^3, ~0, !0, !5, 7!2
    .byte 1==1, 1!=1, 2>1, 1>=2, 1<2, 2<=1, 1&&0, 1||0, 3<>3, -1>>63, +5, 10-4-3
    .section .rodata
later: .dword bytes
    .bss
    .balign 32
z:  .space 100
    .comm common1, 10
    .comm common2, 4, 64
    .comm shared1, 1
    .comm shared2, 2
    .comm shared3, 3
    .comm shared5, 5
    .comm shared7, 7
    .comm shared9, 9
    .comm shared17, 17
    .comm shared33, 33
    .comm shared100, 100
    .lcomm local1, 10
    .lcomm local2, 3
    .data
    .dword common1, common2, local1, local2, z
