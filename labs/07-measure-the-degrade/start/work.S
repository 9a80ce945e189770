# The work: right, and dear under a VMM.

# work: the sum of a1 numbers of 32 bits at a0. It notes in `progress` how far it is.
        .globl  work, progress
work:   li      t0, 0                   # the sum
        li      t1, 0                   # how far
1:      csrr    t2, sstatus             # nobody is to interrupt
        csrci   sstatus, 2
        lw      t3, 0(a0)
        add     t0, t0, t3
        addi    a0, a0, 4
        addi    t1, t1, 1
        csrw    sscratch, t1            # how far, where a debugger finds it
        csrr    t4, sscratch
        la      t5, progress
        sd      t4, 0(t5)
        csrw    sstatus, t2
        bne     t1, a1, 1b
        mv      a0, t0
        ret

# say: a1 characters at a0 to the console.
        .globl  say
say:    mv      t0, a0
        mv      t1, a1
1:      lbu     a0, 0(t0)
        li      a7, 1                   # SBI: one character
        ecall
        addi    t0, t0, 1
        addi    t1, t1, -1
        bnez    t1, 1b
        ret

        .data
        .balign 8
progress:
        .dword  0
