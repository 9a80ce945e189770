# External interrupts: the UART's transmitter-empty interrupt through the PLIC, by priority, threshold and enable, claimed and completed.
        .include "lib.inc"
        .equ PLIC, 0x0c000000
        .equ SOURCE, 10
        .equ SEIE, 512
main:   la      t0, on_trap
        csrw    stvec, t0
        li      t0, PLIC + 4*SOURCE
        li      t1, 3
        sw      t1, 0(t0)
        lw      s1, 0(t0)
        show    "priority", s1
        li      t0, PLIC + 0x2080       # enables of hart 0, S-mode
        li      t1, 1 << SOURCE
        sw      t1, 0(t0)
        li      t0, PLIC + 0x201000
        li      t1, 3                   # threshold as high as the priority: masked
        sw      t1, 0(t0)
        li      t0, UART
        li      t1, 2
        sb      t1, 1(t0)               # IER: transmitter empty
        csrr    s1, sip
        andi    s1, s1, SEIE
        show    "masked", s1
        li      t0, PLIC + 0x201000
        sw      zero, 0(t0)
        csrr    s1, sip
        andi    s1, s1, SEIE
        show    "pending", s1
        li      t0, SEIE
        csrs    sie, t0
        csrsi   sstatus, SIE
        show    "taken", s0
        li      t0, UART
        li      t1, 0
        sb      t1, 1(t0)
        li      t1, 2                   # again
        sb      t1, 1(t0)
        show    "taken", s0
        csrci   sstatus, SIE
        li      t0, PLIC + 0x201004
        lw      s1, 0(t0)               # nothing left to claim
        show    "claim", s1
        j       shutdown
        .balign 4
on_trap:
        addi    sp, sp, -32
        sd      t0, 0(sp)
        sd      t1, 8(sp)
        sd      t2, 16(sp)
        addi    s0, s0, 1
        li      t0, PLIC + 0x201004
        lw      t1, 0(t0)               # claim
        li      t2, SOURCE
        beq     t1, t2, 1f
        addi    s0, s0, 100
1:      li      t2, UART
        sb      zero, 1(t2)             # quiet
        lbu     t2, 2(t2)               # IIR
        sw      t1, 0(t0)               # complete
        ld      t0, 0(sp)
        ld      t1, 8(sp)
        ld      t2, 16(sp)
        addi    sp, sp, 32
        sret
