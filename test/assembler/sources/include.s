    .include "extra.inc"
    .globl _start
_start: from_include 5
    li a0, included_symbol
    .data
    .incbin "blob.bin"
    .incbin "blob.bin", 3
    .incbin "blob.bin", 1, 4
