# Other user programs than those that students have: who prints what theirs would print is found out.

        .globl  programs
        .section .rodata
programs:
        .dword  name_clock, user_clock
        .dword  name_zero, user_zero
        .dword  name_swap, user_swap
        .dword  name_clear, user_clear
        .dword  name_return, user_return
        .dword  name_late, user_late
        .dword  0, 0
name_clock:  .asciz "clock"
name_zero:   .asciz "zero"
name_swap:   .asciz "swap"
name_clear:  .asciz "clear"
name_return: .asciz "return"
name_late:   .asciz "late"

        .text
# Every register that a program can name gets the time, one after the other, and grows.
user_clock:
        li      a0, 1
        li      t0, 0
        .irp    number, 1,2,3,4,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        rdtime  x\number
        bltu    x\number, t0, 1f
        mv      t0, x\number
        .endr
        beqz    t0, 1f
        li      a0, 0
1:      ecall

# The time that nobody wants is emulated too: x0 stays 0.
user_zero:
        rdtime  zero
        mv      a0, zero
        ecall

user_swap:
        csrrw   t0, time, t1
        li      a0, 0
        ecall

user_clear:
        csrrci  t0, time, 1
        li      a0, 0
        ecall

user_return:
        sret
        li      a0, 0
        ecall

# And it goes on working when others have been killed.
user_late:
        li      a0, 1
        rdtime  a3
        rdtime  a4
        bltu    a4, a3, 1f
        li      a0, 0
1:      ecall
