# Timer interrupts through SBI set_timer, in direct and vectored mode; wfi with and without interrupts enabled. Prints counts, never times.
        .include "lib.inc"
        .equ STIE, 32
        .equ TICKS, 300
main:   la      t0, on_trap
        csrw    stvec, t0
        li      t0, STIE
        csrs    sie, t0
        csrsi   sstatus, SIE
        call    arm
        li      s0, 0
1:      li      t0, 5                   # busy waiting
        bltu    s0, t0, 1b
        show    "busy", s0
2:      wfi                             # waiting
        li      t0, 10
        bltu    s0, t0, 2b
        show    "waited", s0
        csrci   sstatus, SIE            # wfi with SIE = 0 goes on without a trap
        li      a0, 0
        call    arm
        wfi
        csrr    s1, sip
        andi    s1, s1, STIE
        show    "pending", s1
        show    "count", s0
        la      t0, vectors             # vectored: the timer's entry is number 5
        ori     t0, t0, 1
        csrw    stvec, t0
        csrsi   sstatus, SIE
3:      li      t0, 13
        bltu    s0, t0, 3b
        csrci   sstatus, SIE
        show    "vectored", s0
        li      a0, -1                  # never: clears the pending interrupt
        li      a7, 0x54494D45
        li      a6, 0
        ecall
        csrr    s1, sip
        andi    s1, s1, STIE
        show    "cleared", s1
        rdtime  t0                      # time goes on
        rdtime  t1
        rdcycle t2
        rdinstret t3
1:      rdtime  t4
        beq     t4, t0, 1b
        sltu    s1, t0, t4
        rdinstret t5
        sltu    t5, t3, t5
        rdcycle t4
        sltu    t4, t2, t4
        add     s1, s1, t5
        add     s1, s1, t4
        show    "monotonic", s1
        j       shutdown

arm:    rdtime  a0
        li      t0, TICKS
        add     a0, a0, t0
        li      a7, 0x54494D45
        li      a6, 0
        ecall
        ret

        .balign 256
        .option push
        .option norvc
vectors:
        j       bad
        j       bad
        j       bad
        j       bad
        j       bad
        j       on_timer
        .option pop
bad:    print   "wrong vector\n"
        j       shutdown
        .balign 4
on_trap:
        csrw    sscratch, t0
        csrr    t0, scause
        bgez    t0, bad
        andi    t0, t0, 15
        addi    t0, t0, -5
        bnez    t0, bad
        csrr    t0, sscratch
on_timer:
        addi    sp, sp, -64
        sd      ra, 0(sp)
        sd      a0, 8(sp)
        sd      a1, 16(sp)
        sd      a6, 24(sp)
        sd      a7, 32(sp)
        sd      t0, 40(sp)
        addi    s0, s0, 1
        call    arm
        ld      ra, 0(sp)
        ld      a0, 8(sp)
        ld      a1, 16(sp)
        ld      a6, 24(sp)
        ld      a7, 32(sp)
        ld      t0, 40(sp)
        addi    sp, sp, 64
        sret
