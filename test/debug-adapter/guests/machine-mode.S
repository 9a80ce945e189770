# A guest without firmware: M-mode from reset.
        .globl  _start
_start: la      sp, stack_top
        la      t0, on_trap
        csrw    mtvec, t0
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        la      t0, user
        csrw    mepc, t0
        li      t0, 0x1800
        csrc    mstatus, t0
        mret
        .balign 4
on_trap:
        csrr    s0, mcause
        call    count
        li      t0, 0x100000            # the finisher
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .
count:  addi    s1, s1, 1
        ret
user:   li      a0, 1
        .rept   3
        addi    a0, a0, 2
        nop
        .endr
        addi    a1, a1, 1; addi a2, a2, 1
        ecall
        .bss
        .skip   256
stack_top:
