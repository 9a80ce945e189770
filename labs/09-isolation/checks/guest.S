# A guest with a secret, alone in its box.

        .globl  _start
_start: la      t0, handler
        csrw    stvec, t0
        la      t0, secret
        ld      a0, 0(t0)
here:   li      t1, 0x90000000          # no memory of this guest is there
outside:
        ld      a1, 0(t1)
behind: li      a7, 8
        ecall
        .balign 4
handler:
        csrr    a2, scause
        csrr    t2, sepc
        addi    t2, t2, 4
        csrw    sepc, t2
        sret
        .balign 8
secret: .dword  0x5ec2e7
