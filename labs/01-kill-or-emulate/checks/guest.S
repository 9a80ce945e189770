# A kernel that executes privileged instructions: legal ones, and some that are legal nowhere.

        .globl  _start
_start: la      t0, handler
        csrw    stvec, t0
        li      a0, 5

legal:  csrw    sscratch, a0            # a register of S-mode: legal for a kernel
after_legal:
        csrr    a1, sscratch

illegal:
        csrr    a2, 0x5c0               # a register that no machine has
after_illegal:
        li      t1, 0x40000000          # an address at which there is nothing
outside:
        lw      a3, 0(t1)

done:   li      a7, 8                   # SBI: power off
        ecall

# The kernel's own trap handler: it goes on behind the instruction.
        .balign 4
handler:
        csrr    t2, scause
        csrr    t3, sepc
        addi    t3, t3, 4
        csrw    sepc, t3
        sret
