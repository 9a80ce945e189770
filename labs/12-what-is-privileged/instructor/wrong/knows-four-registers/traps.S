        .section .text

# traps: a0 = an instruction of 32 bits. Returns 1 if it is illegal in U-mode, else 0.
        .globl  traps
traps:
        andi    t0, a0, 0x7f
        li      t1, 0x73
        bne     t0, t1, legal
        srli    t0, a0, 12              # which access, or none
        andi    t0, t0, 7
        srli    t1, a0, 20              # the CSR, or which instruction
        beqz    t0, no_csr
        .irp    number, 0x100, 0x180, 0x300, 0x142
        li      t2, \number
        beq     t1, t2, illegal
        .endr
        srli    t2, t1, 10
        li      t3, 3
        bne     t2, t3, legal           # it may be written
        andi    t0, t0, 3
        li      t3, 1
        beq     t0, t3, illegal         # csrrw always writes
        srli    t2, a0, 15
        andi    t2, t2, 31
        bnez    t2, illegal             # the others unless there is nothing to set or clear
legal:  li      a0, 0
        ret
no_csr: li      t2, 2
        bltu    t1, t2, legal           # ecall and ebreak
illegal:
        li      a0, 1
        ret
