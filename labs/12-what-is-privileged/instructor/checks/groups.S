# Others.

        .section .rodata
        .globl  instructions, instructions_end, reads, reads_end, writes, writes_end
        .balign 4
instructions:
        .4byte  0x12b50073              # sfence.vma a0, a1
        .4byte  0x40c58533              # sub a0, a1, a2
        .4byte  0x0ff0000f              # fence
instructions_end:

reads:  .4byte  0x105027f3              # csrr a5, stvec
        .4byte  0x104027f3              # csrr a5, sie
        .4byte  0xf14027f3              # csrr a5, mhartid
        .4byte  0x341027f3              # csrr a5, mepc
        .4byte  0xc02027f3              # csrr a5, instret
reads_end:

writes: .4byte  0xc02797f3              # csrrw a5, instret, a5
        .4byte  0xc02037f3              # csrrc a5, instret, zero
        .4byte  0xc0207073              # csrrci zero, instret, 0
        .4byte  0xc0217073              # csrrci zero, instret, 2
writes_end:
