# The A and D bits as hardware sets them: by loads, by stores, by fetches, not by failing accesses, and for superpages.
        .include "lib.inc"
        .equ VA, 0x40000000
main:   la      t0, report_and_skip
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, VA
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_R|PTE_W|PTE_X
        li      a3, 0
        call    map
        mv      s0, a0
        li      a0, VA+0x1000
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_R
        li      a3, 0
        call    map
        mv      s1, a0
        li      a0, VA+0x200000
        li      a1, 0x80600000
        li      a2, PTE_V|PTE_R|PTE_W|PTE_X
        li      a3, 1
        call    map
        mv      s2, a0
        sfence.vma
        .macro bits
        ld      s3, 0(s0)
        andi    s3, s3, 0xff
        ld      s4, 0(s1)
        andi    s4, s4, 0xff
        ld      s5, 0(s2)
        andi    s5, s5, 0xff
        slli    s3, s3, 16
        slli    s4, s4, 8
        or      s3, s3, s4
        or      s3, s3, s5
        show    "bits", s3
        .endm
        bits
        li      t0, VA
        lw      t1, 0(t0)               # A by a load
        bits
        li      t0, VA
        sw      t1, 0(t0)               # D by a store
        bits
        li      t0, VA+0x1000
        sw      t1, 0(t0)               # read-only: a fault sets neither A nor D
        bits
        li      t0, VA+0x1000
        lw      t1, 0(t0)
        bits
        la      t1, snippet             # code in the frame, run through the superpage: A by a fetch
        lw      t1, 0(t1)
        li      t0, VA
        sw      t1, 0(t0)
        fence.i
        li      t0, VA+0x200000
        jalr    t0
        bits
        li      t0, VA+0x200008
        sd      zero, 0(t0)             # D of the superpage
        bits
        li      t0, PTE_A|PTE_D         # cleared by software, set again after a fence
        ld      t1, 0(s0)
        not     t0, t0
        and     t1, t1, t0
        sd      t1, 0(s0)
        li      t0, VA
        sfence.vma t0, zero
        bits
        li      t0, VA
        amoadd.w t1, zero, (t0)         # an AMO is a store
        bits
        ld      t1, 0(s0)
        andi    t1, t1, ~(PTE_A|PTE_D)
        sd      t1, 0(s0)
        sfence.vma
        li      t0, VA
        lr.w    t1, (t0)                # a load
        bits
        li      t0, VA
        sc.w    t2, t1, (t0)
        print   "done\n"
        j       shutdown
        .balign 4
snippet:
        .option push
        .option rvc
        c.jr    ra
        c.nop
        .option pop
