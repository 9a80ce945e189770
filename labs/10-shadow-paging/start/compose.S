# compose: a shadow entry from a leaf of the guest.
#
#   a0      the guest's leaf: V 1, R 2, W 4, X 8, U 16, G 32, A 64, D 128; its page number is a guest-physical one. It has V and A
#   a1      the machine address of the page that the P2M has for it
#   a2      the access: 0 a load, 1 a store, 2 a fetch
#   a3      whose it is: 0 the guest's kernel with SUM = 0, 1 a program of the guest's, 2 the guest's kernel with SUM = 1
#
# Returns the shadow entry in a0, or 0 where the guest is to get a page fault. It may use a0 to a7 and t0 to t6.
# Three rules are left out.

        .globl  compose
compose:
        # Is the access allowed at all?
        li      t0, 2                   # R
        beqz    a2, 1f
        li      t0, 4                   # W
        li      t1, 1
        beq     a2, t1, 1f
        li      t0, 8                   # X
1:      and     t1, a0, t0
        beqz    t1, fault

        # By whom?
        andi    t2, a0, 16              # U of the guest's leaf
        li      t1, 1
        bne     a3, t1, kernel
        beqz    t2, fault               # a program, and the page is the kernel's
kernel:

        # The entry: the machine's page, and the guest's bits.
        srli    t1, a1, 12
        slli    t1, t1, 10
        andi    t2, a0, 0x2f            # V, R, W, X, G
        or      a0, t1, t2
        ori     a0, a0, 16 | 64 | 128   # U, A, D
        ret

fault:  li      a0, 0
        ret
