# progress is written at the end alone, and sstatus by immediate.
        .globl  work, progress
work:   csrci   sstatus, 2
        li      t0, 0
        slli    t1, a1, 2
        add     t1, t1, a0
1:      lw      t3, 0(a0)
        addi    a0, a0, 4
        add     t0, t0, t3
        bltu    a0, t1, 1b
        la      t5, progress
        sd      a1, 0(t5)
        mv      a0, t0
        csrsi   sstatus, 2
        ret

        .globl  say
say:    mv      a2, zero
        mv      a3, a0
        mv      a0, a1
        mv      a1, a3
        li      a6, 0
        li      a7, 0x4442434e
        ecall
        ret

        .data
        .balign 8
progress:
        .dword  0
