# A guest kernel that turns its paging on, reads a page, and then writes it.

        .equ    DATA, 0x40000000

        .globl  _start
_start: la      t0, root
        li      t1, (0x80000 << 10) | 0xef      # 1 GiB where it is: D A G X W R V
        sd      t1, 16(t0)
        la      t1, middle
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 8(t0)
        la      t2, middle
        la      t1, leaves
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 0(t2)
        la      t2, leaves
        la      t1, page
        srli    t1, t1, 2
        ori     t1, t1, 0x47                    # A W R V: not written yet
        sd      t1, 0(t2)
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
paged:  li      s0, DATA
        lw      a0, 0(s0)
was_read:
        lw      a1, 4(s0)
read_again:
        sw      a0, 8(s0)
written:
        sw      a0, 12(s0)
written_again:
        li      a7, 8
        ecall

        .data
        .balign 4096
        .globl  root, leaves, page
root:   .space  4096
middle: .space  4096
leaves: .space  4096
page:   .word   1, 2, 3, 4
        .balign 4096
