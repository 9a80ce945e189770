# What a debugger steps through: calls, a macro, a trap, a loop, user mode.
#define SHUTDOWN 8
        .macro  triple rd, rs
        slli    \rd, \rs, 1
        add     \rd, \rd, \rs
        .endm

        .text
        .globl  _start
_start: la      sp, stack_top
        la      t0, on_trap
        csrw    stvec, t0
        li      a0, 5
        call    outer                   # calls inner
        triple  s1, a0                  # one line, two instructions
        ebreak                          # a trap of the guest
        li      s2, 3
loop:   addi    s3, s3, 2
        addi    s2, s2, -1
        bnez    s2, loop
        la      t0, counter
        sd      s3, 0(t0)
        ld      s4, 0(t0)
        li      t1, 0x123456789abcdef0  # several instructions
        la      t0, user
        csrw    sepc, t0
        li      t0, 0x100
        csrc    sstatus, t0
        sret                            # to U-mode
finish: li      a7, SHUTDOWN
        ecall
        j       .

        .type   outer, @function
outer:  addi    sp, sp, -16
        sd      ra, 8(sp)
        addi    a0, a0, 1
        call    inner
        addi    a0, a0, 1
        ld      ra, 8(sp)
        addi    sp, sp, 16
        ret

        .type   inner, @function
inner:  slli    a0, a0, 1
        ret

user:   li      a0, 7
        ecall                           # a system call
        addi    a0, a0, 1
        li      a7, 1
        ecall                           # the last one
        j       .

        .balign 4
on_trap:
        csrr    t0, scause
        li      t1, 8                   # ecall from U-mode
        bne     t0, t1, skip
        bnez    a7, finish
        addi    a0, a0, 100
skip:   csrr    t0, sepc
        lhu     t1, 0(t0)
        andi    t1, t1, 3
        addi    t1, t1, -3
        addi    t0, t0, 2
        bnez    t1, 1f
        addi    t0, t0, 2
1:      csrw    sepc, t0
        sret

        .bss
        .balign 16
counter: .skip  8
        .balign 16
        .skip   1024
stack_top:
