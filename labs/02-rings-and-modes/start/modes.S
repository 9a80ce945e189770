# A walk through the modes of a hart. It begins in M-mode; there is no firmware below.

        .globl  _start
_start: la      t0, m_handler
        csrw    mtvec, t0
        li      t0, -1                  # all memory is for every mode
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, (1 << 8) | (1 << 10) | (1 << 22) # ecalls of U and VS, virtual instructions: to S-mode
        csrw    medeleg, t0

        li      t0, 3 << 11             # MPP
        csrc    mstatus, t0
        li      t0, 1 << 11
        csrs    mstatus, t0
        la      t0, in_s
        csrw    mepc, t0
leave_m:
        mret

in_s:   la      t0, s_handler
        csrw    stvec, t0
        li      t0, 1 << 8              # SPP
        csrc    sstatus, t0
        la      t0, in_u
        csrw    sepc, t0
leave_s:
        sret

in_u:   nop
call_s: ecall                           # the first trap

# In S-mode again.
        .balign 4
s_handler:
        csrr    s0, scause
        csrr    s1, hstatus
        beqz    s2, first
        li      t0, 1
        beq     s2, t0, second
        j       third

first:  li      s2, 1
call_m: ecall                           # the second trap
        li      t0, 1 << 7              # hstatus.SPV
        csrs    hstatus, t0
        li      t0, 1 << 8              # SPP
        csrs    sstatus, t0
        la      t0, in_vs
        csrw    sepc, t0
leave_hs:
        sret

in_vs:  nop
call_hs:
        ecall                           # the third trap

second: li      s2, 2
        la      t0, in_vs_again
        csrw    sepc, t0
        sret

in_vs_again:
        li      t0, 1 << 8              # in VS-mode this is the guest's own register
        csrc    sstatus, t0
        la      t0, in_vu
        csrw    sepc, t0
leave_vs:
        sret

in_vu:  nop
touch:  csrr    t0, sstatus             # the fourth trap

third:  li      t0, 0x100000            # the finisher of the board
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .

# M-mode: goes on behind the ecall of S-mode.
        .balign 4
m_handler:
        csrr    t0, mepc
        addi    t0, t0, 4
        csrw    mepc, t0
leave_m_handler:
        mret
