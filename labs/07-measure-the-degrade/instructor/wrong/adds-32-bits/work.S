# One interruption switched off for the whole, memory in place of a register, one call for all characters.
        .globl  work, progress
work:   li      t0, 0
        li      t1, 0
        la      t5, progress
        csrrci  t2, sstatus, 2
1:      lw      t3, 0(a0)
        addw    t0, t0, t3              # numbers of 32 bits
        addi    a0, a0, 4
        addi    t1, t1, 1
        sd      t1, 0(t5)
        bne     t1, a1, 1b
        csrw    sstatus, t2
        mv      a0, t0
        ret

        .globl  say
say:    mv      t0, a0
        mv      a0, a1
        mv      a1, t0                  # it is where it is: mapped one to one
        li      a2, 0
        li      a7, 0x4442434e          # SBI: debug console
        li      a6, 0                   # write
        ecall
        ret

        .data
        .balign 8
progress:
        .dword  0
