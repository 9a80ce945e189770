# A kernel whose pages a broken shadow pager gets wrong: one of a program, which it may touch with SUM alone, and a clean one.
        .equ    SUM, 1 << 18
        .equ    PROGRAM_PAGE, 0x40000000
        .equ    CLEAN_PAGE, 0x40001000

        .globl  _start
_start: la      t0, handler
        csrw    stvec, t0
        la      t0, root
        li      t1, (0x80000 << 10) | 0xcf      # the kernel itself, 1 GiB where it is
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
        la      t1, pages
        srli    t1, t1, 2
        ori     t3, t1, 0xd7                    # D A U W R V
        sd      t3, 0(t2)
        addi    t1, t1, 1024
        ori     t3, t1, 0x47                    # A W R V
        sd      t3, 8(t2)
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      s0, PROGRAM_PAGE
        li      s1, CLEAN_PAGE
        li      t0, SUM
        csrs    sstatus, t0
        lw      t1, 0(s0)
        csrc    sstatus, t0
        lw      t1, 0(s1)
here:   nop
        j       .
        .balign 4
handler: j      handler
        .data
        .balign 4096
root:   .space  4096
middle: .space  4096
leaves: .space  4096
pages:  .space  8192
