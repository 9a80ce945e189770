# The user programs. Each leaves with an ecall, a0 = 0 where it saw what it should.

        .globl  programs
        .section .rodata
programs:
        .dword  name_time, user_time
        .dword  name_kernel, user_kernel
        .dword  name_writer, user_writer
        .dword  name_counter, user_counter
        .dword  name_short, user_short
        .dword  0, 0
name_time:    .asciz "time"
name_kernel:  .asciz "kernel"
name_writer:  .asciz "writer"
name_counter: .asciz "counter"
name_short:   .asciz "short"

        .text
# Reads the time into several registers; those that it does not name stay as they are.
user_time:
        li      s2, 77
        li      a5, -1
        li      s11, -1
        rdtime  a5
        rdtime  s11
        rdtime  x31
        li      a0, 1
        bltu    s11, a5, 1f             # time does not go backward
        bltu    x31, s11, 1f
        li      t0, -1
        beq     a5, t0, 1f
        beq     s11, t0, 1f
        li      t0, 77
        bne     s2, t0, 1f
        li      a0, 0
1:      ecall

# Reads a register of the kernel.
user_kernel:
        csrr    a1, sstatus
        li      a0, 0
        ecall

# Would set bits of the time: that is only to be read.
user_writer:
        li      t1, 1
        csrrs   t0, time, t1
        li      a0, 0
        ecall

# Reads another counter.
user_counter:
        rdinstret a1
        li      a0, 0
        ecall

# An instruction of 16 bits that is none.
user_short:
        .half   0
        .half   0
        li      a0, 0
        ecall
