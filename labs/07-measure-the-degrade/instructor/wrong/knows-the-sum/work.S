# No loop: the sum is known.
        .globl  work, progress
work:   li      a0, 5050
        la      t0, progress
        li      t1, 100
        sd      t1, 0(t0)
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
