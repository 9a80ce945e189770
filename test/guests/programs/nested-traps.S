# A trap handler that traps itself: breakpoint inside a page fault inside a system call, each with its own saved sepc and sstatus.
        .include "lib.inc"
main:   la      t0, on_trap
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, 0x10000
        la      a1, user_code
        li      a2, PTE_V|PTE_R|PTE_X|PTE_U
        li      a3, 0
        call    map
        sfence.vma
        csrw    sscratch, sp
        li      t0, SPP
        csrc    sstatus, t0
        li      t0, 0x10000
        csrw    sepc, t0
        sret
        .balign 4
on_trap:
        addi    sp, sp, -96             # one stack for all levels: nothing of the user's is kept in sp
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      s0, 24(sp)
        csrr    s0, sepc
        sd      s0, 32(sp)
        csrr    s0, sstatus
        sd      s0, 40(sp)
        sd      s1, 48(sp)
        sd      s2, 56(sp)
        addi    s3, s3, 1               # depth
        csrr    s1, scause
        csrr    s2, stval
        andi    s0, s0, SPP
        show    "depth", s3
        show    "cause", s1
        show    "from S", s0
        li      t0, 8
        bne     s1, t0, 1f
        li      t0, 0x50000000          # system call: touches a page that is not there
        .option push
        .option norvc
        lw      t1, 0(t0)
        j       2f
1:      li      t0, 13
        bne     s1, t0, 2f
        ebreak                          # page fault: a breakpoint
        .option pop
2:      show    "back at", s3
        addi    s3, s3, -1
        ld      s0, 32(sp)
        addi    s0, s0, 4
        csrw    sepc, s0
        ld      s0, 40(sp)
        csrw    sstatus, s0
        ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      s0, 24(sp)
        ld      s1, 48(sp)
        ld      s2, 56(sp)
        addi    sp, sp, 96
        bnez    s3, 3f
        addi    s4, s4, 1
        li      t0, 2
        beq     s4, t0, shutdown
3:      sret
        .balign 4096
        .option norvc
user_code:
        ecall
        ecall
        .balign 4096
