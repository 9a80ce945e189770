# Misaligned loads and stores of all sizes, inside a page, across pages that are neighbours in no other space, and into a fault.
        .include "lib.inc"
        .equ VA, 0x40000000
main:   la      t0, report_and_skip
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, VA                  # two pages, their frames far apart and in the wrong order
        li      a1, 0x80605000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        li      a0, VA+0x1000
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        li      a0, VA+0x2000           # readable only, then nothing
        li      a1, 0x80602000
        li      a2, PTE_V|PTE_R
        li      a3, 0
        call    map
        sfence.vma
        .option push
        .option norvc
        li      t0, VA
        li      t1, 0x0123456789abcdef
        sd      t1, 3(t0)
        lw      s0, 5(t0)
        lhu     s1, 1(t0)
        ld      s2, 1(t0)
        add     s0, s0, s1
        xor     s0, s0, s2
        show    "inside", s0
        li      t0, VA+0x1000
        li      t1, 0x0123456789abcdef
        sd      t1, -3(t0)
        ld      s0, -3(t0)
        show    "across", s0
        li      t0, VA+0x1000
        lw      s0, -1(t0)
        show    "word", s0
        li      t0, VA+0x1000
        lh      s0, -1(t0)
        show    "half", s0
        li      t0, VA+0x1000
        ld      s0, 0(t0)
        show    "second", s0
        li      t0, VA+0x2000           # a store into a page that must not be written
        sw      t0, -2(t0)
        li      t0, VA+0x2000
        ld      s0, -8(t0)
        show    "untouched", s0
        li      t0, VA+0x3000           # a load into nothing
        ld      t1, -4(t0)
        li      t0, VA+0x3000
        lw      t1, -2(t0)
        li      t0, VA
        ld      t1, -1(t0)
        .option pop
        print   "done\n"
        j       shutdown
