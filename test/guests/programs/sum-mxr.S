# What SUM and MXR allow: every combination over pages with and without U, readable or only executable.
        .include "lib.inc"
        .equ USER_RW, 0x40000000
        .equ USER_X, 0x40001000
        .equ KERNEL_X, 0x40002000
        .equ USER_RX, 0x40003000
main:   la      t0, on_trap
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, USER_RW
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_R|PTE_W|PTE_U
        li      a3, 0
        call    map
        li      a0, USER_X
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_X|PTE_U
        li      a3, 0
        call    map
        li      a0, KERNEL_X
        li      a1, 0x80602000
        li      a2, PTE_V|PTE_X
        li      a3, 0
        call    map
        li      a0, USER_RX
        li      a1, 0x80603000
        li      a2, PTE_V|PTE_R|PTE_X|PTE_U
        li      a3, 0
        call    map
        sfence.vma
        li      s0, 0                   # bit 0: SUM, bit 1: MXR
next:   li      t0, SUM|MXR
        csrc    sstatus, t0
        andi    t0, s0, 1
        slli    t0, t0, 18
        csrs    sstatus, t0
        srli    t0, s0, 1
        slli    t0, t0, 19
        csrs    sstatus, t0
        li      s2, 0                   # a bit for each access that succeeded
        .macro attempt instruction, va
        slli    s2, s2, 1
        ori     s2, s2, 1
        li      t0, \va
        .option push
        .option norvc
        \instruction t1, 0(t0)
        .option pop
        .endm
        attempt lw, USER_RW
        attempt sw, USER_RW
        attempt lw, USER_X
        attempt sw, USER_X
        attempt lw, KERNEL_X
        attempt sw, KERNEL_X
        attempt lw, USER_RX
        attempt sw, USER_RX
        slli    s2, s2, 1               # execution from a user page: never in S-mode, whatever SUM says
        ori     s2, s2, 1
        la      t2, 1f
        li      t0, USER_RX
        jalr    t0
1:      show    "allowed", s2
        addi    s0, s0, 1
        li      t0, 4
        bne     s0, t0, next
        j       shutdown
        .balign 4
on_trap:                                # the last attempt failed
        csrw    sscratch, t0
        andi    s2, s2, -2
        csrr    t0, scause
        addi    t0, t0, -12
        bnez    t0, 2f
        csrw    sepc, ra                # a fetch: go back to the caller
        csrr    t0, sscratch
        sret
2:      csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        csrr    t0, sscratch
        sret
