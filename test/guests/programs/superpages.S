# Pages of 2 MiB and 1 GiB, a misaligned superpage (which must fault), and pages of all sizes over the same memory.
        .include "lib.inc"
main:
        la      t0, report_and_skip
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, 0x1000000000        # 1 GiB page over all RAM
        li      a1, 0x80000000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 2
        call    map
        li      a0, 0x2000000000        # 2 MiB page over 0x80600000
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_R|PTE_W|PTE_X
        li      a3, 1
        call    map
        li      a0, 0x2000400000        # 4 KiB page over 0x80601000
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        sfence.vma
        li      t0, 0x1000601000
        li      t1, 0x600d
        sd      t1, 0(t0)               # through the 1 GiB page
        li      t0, 0x2000001000
        ld      s0, 0(t0)               # through the 2 MiB page
        show    "2M", s0
        li      t0, 0x2000400000
        ld      s0, 0(t0)               # through the 4 KiB page
        show    "4K", s0
        addi    s0, s0, 1
        li      t0, 0x2000400ffe
        sh      s0, 0(t0)
        li      t0, 0x1000601ffe
        lhu     s0, 0(t0)
        show    "1G", s0
        li      t0, 0x2000000000        # run code from the 2 MiB page
        la      t1, snippet
        lw      t2, 0(t1)
        sw      t2, 0(t0)
        lw      t2, 4(t1)
        sw      t2, 4(t0)
        fence.i
        jalr    t0
        show    "code", a0
        li      t0, 0x1000000000        # firmware's memory lies below the 1 GiB page: access fault
        ld      t1, 0(t0)
        li      a0, 0x3000000000        # misaligned: the low bits of the PPN are not zero
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 1
        call    map
        sfence.vma
        li      t0, 0x3000000000
        ld      t1, 0(t0)
        li      a0, 0x3000400000        # W without R is reserved
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_W
        li      a3, 0
        call    map
        sfence.vma
        li      t0, 0x3000400000
        ld      t1, 0(t0)
        li      t0, 0x3000400000
        sd      t1, 0(t0)
        li      t0, 0x8000000000        # not a sign-extended 39-bit address
        ld      t1, 0(t0)
        li      t0, -0x1000             # canonical, not mapped
        ld      t1, 0(t0)
        print   "done\n"
        j       shutdown
        .balign 4
        .option push
        .option norvc
snippet:
        li      a0, 77
        ret
        .option pop
