# Sv39 with demand paging: every first touch of a page in a window faults, and the handler maps a fresh frame.
        .include "lib.inc"
        .equ WINDOW, 0x40000000
        .equ PAGES, 24

main:
        la      t0, on_trap
        csrw    stvec, t0
        li      a0, 0
        call    paging_on

        li      s0, WINDOW              # write a different word to each page
        li      s1, PAGES
        li      s2, 0x1234
1:      sd      s2, 8(s0)
        addi    s2, s2, 7
        li      t0, PAGE
        add     s0, s0, t0
        addi    s1, s1, -1
        bnez    s1, 1b

        li      s0, WINDOW              # and sum them up again, backwards
        li      t0, (PAGES-1)*PAGE
        add     s0, s0, t0
        li      s1, PAGES
        li      s3, 0
2:      ld      t0, 8(s0)
        add     s3, s3, t0
        li      t0, PAGE
        sub     s0, s0, t0
        addi    s1, s1, -1
        bnez    s1, 2b
        show    "sum", s3
        la      t0, faults
        ld      s4, 0(t0)
        show    "faults", s4

        li      t0, 0x7f0000000         # outside the window: reported, then skipped
        .option push
        .option norvc
        lw      t0, 0(t0)
        .option pop
        print   "done\n"
        j       shutdown

        .balign 4
on_trap:
        csrw    sscratch, s11
        addi    sp, sp, -128
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      t3, 32(sp)
        sd      t4, 40(sp)
        sd      t5, 48(sp)
        sd      a0, 56(sp)
        sd      a1, 64(sp)
        sd      a2, 72(sp)
        sd      a3, 80(sp)
        sd      a4, 88(sp)
        sd      a7, 96(sp)
        csrr    a0, stval
        li      t0, WINDOW
        bltu    a0, t0, bad
        li      t1, PAGES*PAGE
        add     t0, t0, t1
        bgeu    a0, t0, bad
        la      t0, next_frame
        ld      a1, 0(t0)
        li      t1, PAGE
        add     t1, t1, a1
        sd      t1, 0(t0)
        la      t0, faults
        ld      t1, 0(t0)
        addi    t1, t1, 1
        sd      t1, 0(t0)
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        csrr    a0, stval
        sfence.vma a0
        j       out
bad:    csrr    a0, scause
        show    "cause", a0
        csrr    a0, stval
        show    "stval", a0
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
out:    ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      t4, 40(sp)
        ld      t5, 48(sp)
        ld      a0, 56(sp)
        ld      a1, 64(sp)
        ld      a2, 72(sp)
        ld      a3, 80(sp)
        ld      a4, 88(sp)
        ld      a7, 96(sp)
        addi    sp, sp, 128
        csrr    s11, sscratch
        sret

        .data
faults: .dword  0
next_frame:
        .dword  0x80600000
