# A kernel that says where its traps are to go, reads that back, and enables its interrupts.
        .section .text
        .globl  _start
_start: la      t0, on_trap
        csrw    stvec, t0
        csrr    a0, stvec
read_back:
        li      t0, 2
enables:
        csrs    sstatus, t0             # SIE
enabled:
        li      a0, 0
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .
        .balign 4
on_trap:
        j       on_trap
