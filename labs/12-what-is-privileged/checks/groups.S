# The instructions that are tried. None of them changes memory or where it goes on.

        .section .rodata
        .globl  instructions, instructions_end, reads, reads_end, writes, writes_end
        .balign 4
instructions:
        .4byte  0x10200073              # sret
        .4byte  0x00c58533              # add a0, a1, a2
        .4byte  0x10500073              # wfi
        .4byte  0x00000073              # ecall
        .4byte  0x12000073              # sfence.vma
        .4byte  0x00100073              # ebreak
        .4byte  0x30200073              # mret
        .4byte  0x00000013              # nop
instructions_end:

reads:  .4byte  0x100027f3              # csrr a5, sstatus
        .4byte  0xc00027f3              # csrr a5, cycle
        .4byte  0x180027f3              # csrr a5, satp
        .4byte  0xc01027f3              # csrr a5, time
        .4byte  0x300027f3              # csrr a5, mstatus
        .4byte  0x142027f3              # csrr a5, scause
reads_end:

writes: .4byte  0xc00797f3              # csrrw a5, cycle, a5
        .4byte  0xc00027f3              # csrrs a5, cycle, zero
        .4byte  0xc007a7f3              # csrrs a5, cycle, a5
        .4byte  0xc00077f3              # csrrci a5, cycle, 0
        .4byte  0xc0105073              # csrrwi zero, time, 0
        .4byte  0xc010e7f3              # csrrsi a5, time, 1
writes_end:
