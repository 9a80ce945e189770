# map: one page of 4 KiB in the second stage.
#
#   a0      the guest-physical address
#   a1      the machine address
#   a2      what is allowed: R (2), W (4), X (8)
#
# Its root is at `root`; tables that are missing are taken from `next_table`. It may use a0 to a7 and t0 to t6.

        .globl  map
map:    la      t0, root
        srli    t1, a0, 30              # level 2: 512 GiB are the entry 512
        andi    t1, t1, 0x3ff
        slli    t1, t1, 3
        add     t0, t0, t1
        ld      t2, 0(t0)
        bnez    t2, level_1
        la      t3, next_table
        ld      t2, 0(t3)
        li      t4, 4096
        add     t4, t2, t4
        sd      t4, 0(t3)
        srli    t2, t2, 2
        ori     t2, t2, 1               # V alone: a pointer
        sd      t2, 0(t0)

level_1:
        srli    t0, t2, 10
        slli    t0, t0, 12
        srli    t1, a0, 21
        andi    t1, t1, 0x1ff
        slli    t1, t1, 3
        add     t0, t0, t1
        ld      t2, 0(t0)
        bnez    t2, level_0
        la      t3, next_table
        ld      t2, 0(t3)
        li      t4, 4096
        add     t4, t2, t4
        sd      t4, 0(t3)
        srli    t2, t2, 2
        ori     t2, t2, 1
        sd      t2, 0(t0)

level_0:
        srli    t0, t2, 10
        slli    t0, t0, 12
        srli    t1, a0, 12
        andi    t1, t1, 0x1ff
        slli    t1, t1, 3
        add     t0, t0, t1
        srli    t2, a1, 2               # the machine's page number, from bit 10 up
        ori     t2, t2, 0xd1            # D, A, U, V
        or      t2, t2, a2
leaf:   sd      t2, 0(t0)
        ret
