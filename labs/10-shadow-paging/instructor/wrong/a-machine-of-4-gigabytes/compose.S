        .globl  compose
compose:
        li      t0, 2                   # R
        beqz    a2, 1f
        li      t0, 4                   # W
        li      t1, 1
        beq     a2, t1, 1f
        li      t0, 8                   # X
1:      and     t1, a0, t0
        beqz    t1, fault
        andi    t2, a0, 16              # U of the guest's leaf
        li      t1, 1
        bne     a3, t1, kernel
        beqz    t2, fault               # a program, and the page is the kernel's
        j       allowed
kernel: beqz    t2, allowed
        beqz    a3, fault               # a program's page, and SUM is not set
        li      t1, 2
        beq     a2, t1, fault           # a kernel never executes it
allowed:
        srliw   t1, a1, 12              # the machine's page
        slli    t1, t1, 10
        andi    t2, a0, 0x0f            # V, R, W, X
        andi    t3, a0, 128             # D of the guest's leaf
        bnez    t3, dirty
        li      t3, 1
        beq     a2, t3, dirty           # the pager sets the guest's D now
        andi    t2, t2, ~4              # W is withheld
dirty:  or      a0, t1, t2
        ori     a0, a0, 16 | 64 | 128
        ret
fault:  li      a0, 0
        ret
