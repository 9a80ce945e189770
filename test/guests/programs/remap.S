# Rewriting page tables, with the fences that the manual asks for: one page moves over several frames, loses and regains permissions,
# a table is replaced by another, and an entry becomes a superpage.
        .include "lib.inc"
        .equ VA, 0x40000000
main:
        la      t0, report_and_skip
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      s0, 0                   # frame n at 0x80600000 + n pages; each gets its own word
1:      li      a0, VA
        slli    a1, s0, 12
        li      t0, 0x80600000
        add     a1, a1, t0
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        li      t0, VA
        sfence.vma t0
        addi    t1, s0, 0x100
        sd      t1, 0(t0)
        addi    s0, s0, 1
        li      t0, 8
        bne     s0, t0, 1b

        li      s0, 7                   # read them back through the same address
        li      s1, 0
2:      li      a0, VA
        slli    a1, s0, 12
        li      t0, 0x80600000
        add     a1, a1, t0
        li      a2, PTE_V|PTE_R
        li      a3, 0
        call    map
        li      t0, VA
        sfence.vma t0, zero
        ld      t1, 0(t0)
        slli    s1, s1, 4
        xor     s1, s1, t1
        addi    s0, s0, -1
        bgez    s0, 2b
        show    "read back", s1

        li      t0, VA                  # read-only now: the store faults
        sd      zero, 0(t0)
        li      a0, VA                  # invalid: the load faults
        li      a1, 0x80600000
        li      a2, 0
        li      a3, 0
        call    map
        sfence.vma
        li      t0, VA
        ld      t1, 0(t0)

        li      a0, VA                  # a superpage in the place of the table
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 1
        call    map
        sfence.vma
        li      t0, VA+0x3000
        ld      s2, 0(t0)
        show    "superpage", s2
        li      a0, VA                  # and away with it: a part of it is fenced, all of it is gone
        li      a1, 0
        li      a2, 0
        li      a3, 1
        call    map
        sfence.vma
        li      t0, VA+0x5000
        ld      t1, 0(t0)
        print   "done\n"
        j       shutdown
