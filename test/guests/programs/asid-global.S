# Address spaces by ASID, switched without a fence, with a global page; then one ASID is fenced, then an address of one ASID.
        .include "lib.inc"
        .equ VA, 0x40000000
main:   la      t0, report_and_skip
        csrw    stvec, t0
        li      a0, 1
        call    paging_on
        li      a0, VA                  # space 1: frame 0
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        li      a0, VA+0x1000           # a global page
        li      a1, 0x80602000
        li      a2, PTE_V|PTE_R|PTE_W|PTE_G
        li      a3, 0
        call    map
        la      t0, root                # a second root: a copy
        la      t1, root2
        li      t2, 512
1:      ld      t3, 0(t0)
        sd      t3, 0(t1)
        addi    t0, t0, 8
        addi    t1, t1, 8
        addi    t2, t2, -1
        bnez    t2, 1b
        la      t0, root2               # its own tables for the gigabyte of VA
        la      t1, middle2
        srli    t2, t1, 2
        ori     t2, t2, PTE_V
        sd      t2, 8(t0)
        la      t2, leaf2
        srli    t3, t2, 2
        ori     t3, t3, PTE_V
        sd      t3, 0(t1)
        li      t3, 0x80601000 >> 2 | PTE_V|PTE_R|PTE_W
        sd      t3, 0(t2)               # space 2: frame 1
        li      t3, 0x80602000 >> 2 | PTE_V|PTE_R|PTE_W|PTE_G
        sd      t3, 8(t2)
        csrr    s0, satp                # ASID 1, root
        li      t0, 8
        slli    t0, t0, 60
        li      t1, 2
        slli    t1, t1, 44
        or      t0, t0, t1
        la      t1, root2
        srli    t1, t1, 12
        or      s1, t0, t1              # ASID 2, root2
        sfence.vma
        li      s2, 8                   # switch to and fro, each space counts in its own frame, both in the global page
2:      csrw    satp, s0
        li      t0, VA
        ld      t1, 0(t0)
        addi    t1, t1, 1
        sd      t1, 0(t0)
        csrw    satp, s1
        ld      t1, 0(t0)
        addi    t1, t1, 16
        sd      t1, 0(t0)
        li      t0, VA+0x1000
        ld      t1, 0(t0)
        addi    t1, t1, 3
        sd      t1, 0(t0)
        addi    s2, s2, -1
        bnez    s2, 2b
        csrw    satp, s0
        li      t0, VA
        ld      s3, 0(t0)
        show    "space 1", s3
        csrw    satp, s1
        li      t0, VA
        ld      s3, 0(t0)
        show    "space 2", s3
        li      t0, VA+0x1000
        ld      s3, 0(t0)
        show    "global", s3
        la      t2, leaf2               # space 2 moves to another frame; only its ASID and address are fenced
        li      t3, 0x80603000 >> 2 | PTE_V|PTE_R|PTE_W
        sd      t3, 0(t2)
        li      t0, VA
        li      t1, 2
        sfence.vma t0, t1
        ld      s3, 0(t0)
        show    "moved", s3
        li      t3, 0
        sd      t3, 0(t2)
        li      t1, 2
        sfence.vma zero, t1
        li      t0, VA
        ld      s3, 0(t0)
        csrw    satp, s0
        li      t0, VA
        ld      s3, 0(t0)
        show    "space 1", s3
        csrr    s4, satp
        show    "satp", s4
        li      t0, 5                   # an unsupported MODE: satp keeps its value
        slli    t0, t0, 60
        csrw    satp, t0
        csrr    s4, satp
        show    "satp", s4
        csrw    satp, zero              # paging off: physical addresses again
        li      t0, 0x80603000
        ld      s3, 0(t0)
        li      t0, 0x80600000
        ld      s4, 0(t0)
        add     s3, s3, s4
        show    "bare", s3
        j       shutdown
        .bss
        .balign 4096
root2:  .skip   4096
middle2:
        .skip   4096
leaf2:  .skip   4096
