# Writes sectors through virtio-blk under paging, with the completion interrupt; reads them back; buffers cross pages whose frames are not neighbours in the machine.
        .include "lib.inc"
        .include "blk.inc"
        .equ PLIC, 0x0c000000
        .equ SEIE, 512
main:   la      t0, on_trap
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, PLIC
        mv      a1, a0
        li      a2, PTE_V|PTE_R|PTE_W|PTE_A|PTE_D
        li      a3, 1
        call    map
        li      a0, PLIC+0x200000
        mv      a1, a0
        li      a2, PTE_V|PTE_R|PTE_W|PTE_A|PTE_D
        li      a3, 1
        call    map
        sfence.vma
        li      t0, PLIC+4              # source 1, priority 1, enabled for S-mode of hart 0
        li      t1, 1
        sw      t1, 0(t0)
        li      t0, PLIC+0x2080
        li      t1, 2
        sw      t1, 0(t0)
        li      t0, PLIC+0x201000
        sw      zero, 0(t0)
        li      t0, SEIE
        csrs    sie, t0
        csrsi   sstatus, SIE
        call    blk_init
        la      t0, buffer              # a pattern over sixteen sectors, from the middle of a page
        li      t1, 1024
        li      t2, 0x9e3779b97f4a7c15
        li      t3, 1
1:      sd      t3, 0(t0)
        mul     t3, t3, t2
        addi    t3, t3, 1
        addi    t0, t0, 8
        addi    t1, t1, -1
        bnez    t1, 1b
        li      s1, 0                   # interrupts seen
        li      a0, 1
        li      a1, 5
        la      a2, buffer
        li      a3, 8192
        call    blk_submit
2:      beqz    s1, 2b
        call    blk_wait
        mv      s0, a0
        show    "written", s0
        show    "interrupts", s1
        li      a0, 0
        li      a1, 5
        la      a2, readback
        li      a3, 8192
        call    blk_submit
3:      csrci   sstatus, SIE            # wait without a race: wfi wakes for a masked interrupt too
        li      t0, 2
        bgeu    s1, t0, 4f
        wfi
        csrsi   sstatus, SIE
        j       3b
4:      csrsi   sstatus, SIE
        call    blk_wait
        mv      s0, a0
        show    "read", s0
        show    "interrupts", s1
        la      t0, buffer
        la      t1, readback
        li      t2, 1024
        li      s2, 0
4:      ld      t3, 0(t0)
        ld      t4, 0(t1)
        xor     t3, t3, t4
        or      s2, s2, t3
        addi    t0, t0, 8
        addi    t1, t1, 8
        addi    t2, t2, -1
        bnez    t2, 4b
        show    "difference", s2
        csrci   sstatus, SIE
        li      a0, 0                   # its neighbour is as it was
        li      a1, 4
        la      a2, readback
        li      a3, 512
        call    blk
        la      t0, readback
        ld      s2, 0(t0)
        show    "neighbour", s2
        j       shutdown
        .balign 4
on_trap:
        csrw    sscratch, t0
        csrr    t0, scause
        bgez    t0, bad
        mv      s8, t1
        li      t0, PLIC+0x201004
        lw      s9, 0(t0)
        li      t1, VIRTIO
        lw      s10, 0x60(t1)
        sw      s10, 0x64(t1)
        sw      s9, 0(t0)
        addi    s1, s1, 1
        mv      t1, s8
        csrr    t0, sscratch
        sret
bad:    csrr    s0, scause
        show    "cause", s0
        csrr    s0, stval
        show    "stval", s0
        j       shutdown
        .bss
        .balign 4096
        .skip   2048
buffer: .skip   8192
readback:
        .skip   8192
