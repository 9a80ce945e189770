# Code that changes: rewritten in place with fence.i, copied to another page, generated in a loop, and changed through another mapping.
        .include "lib.inc"
main:   la      t0, report_and_skip
        csrw    stvec, t0
        .option push
        .option norvc
        li      s0, 0
        li      s1, 0
1:      la      t0, patch               # li a0, s0: addi a0, zero, imm
        slli    t1, s0, 20
        li      t2, 0x00000513
        or      t1, t1, t2
        sw      t1, 0(t0)
        fence.i
        call    patch
        add     s1, s1, a0
        addi    s0, s0, 1
        li      t0, 100
        bne     s0, t0, 1b
        show    "patched", s1
        la      t0, function            # copied
        li      t1, 0x80601000
        li      t2, 8
2:      lw      t3, 0(t0)
        sw      t3, 0(t1)
        addi    t0, t0, 4
        addi    t1, t1, 4
        addi    t2, t2, -1
        bnez    t2, 2b
        fence.i
        li      a0, 20
        li      t1, 0x80601000
        jalr    t1
        mv      s1, a0
        show    "copied", s1
        li      a0, 0                   # through a second mapping, paging on
        call    paging_on
        li      a0, 0x40000000
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        li      a0, 0x40001000
        li      a1, 0x80601000
        li      a2, PTE_V|PTE_R|PTE_X
        li      a3, 0
        call    map
        sfence.vma
        li      s0, 0
        li      s1, 0
3:      slli    t1, s0, 20
        li      t2, 0x00000513
        or      t1, t1, t2
        li      t0, 0x40000000
        sw      t1, 0(t0)
        li      t1, 0x00008067          # ret
        sw      t1, 4(t0)
        fence.i
        li      t0, 0x40001000
        jalr    t0
        add     s1, s1, a0
        addi    s0, s0, 1
        li      t0, 50
        bne     s0, t0, 3b
        show    "two mappings", s1
        j       shutdown
        .balign 4
patch:  li      a0, 0
        ret
function:                               # triangle numbers
        li      t0, 0
1:      add     t0, t0, a0
        addi    a0, a0, -1
        bnez    a0, 1b
        mv      a0, t0
        ret
        nop
        nop
        .option pop
