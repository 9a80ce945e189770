# A function, and what is expected of it: run `hyperstep test` in this folder.
#
# What stands before the first test holds for all.
#! expect never at overflow
#! limit 100000

#! test "computes the factorial of 5"
#! expect a0 == 120 at checked
#! expect memory result doublewords 120
#! expect console "120 is right\n"

#! test "goes round five times"
#! expect a1 >= 1 at round every
#! expect at round 5
#! expect a1 == 1 at round 5
#! expect instructions < 500

#! test "needs the VMM for its console only"
#! engines full hardware
#! expect exits csr-access == 0
#! expect exits sbi-call == 14

        .globl  _start
_start:
        li      a0, 5
        call    factorial
checked:
        la      t0, result
        sd      a0, 0(t0)
        la      s0, message
print:  lbu     a0, 0(s0)
        beqz    a0, done
        li      a7, 1                   # SBI: console putchar
        ecall
        addi    s0, s0, 1
        j       print
done:   li      a7, 8                   # SBI: shutdown
        ecall   #! expect s0 == message + 13 here

# The factorial of a0, in a0.
factorial:
        mv      a1, a0
        li      a0, 1
round:  mulhu   t0, a0, a1
        bnez    t0, overflow
        mul     a0, a0, a1
        addi    a1, a1, -1
        bnez    a1, round
        ret
overflow:
        j       overflow

        .section .rodata
message: .asciz "120 is right\n"
        .bss
        .balign 8
result: .dword  0
