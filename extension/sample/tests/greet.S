# Asks for a name, and greets: what is expected of it stands in greet.test.json.

        .globl  _start
_start:
        la      sp, stack_top
        la      a0, question
        call    puts
        la      s0, name
        li      s1, 0                   # how long the name is
read:   li      a7, 2                   # SBI: console getchar
        ecall
        bltz    a0, read                # nothing has been typed yet
        li      t0, '\n'
        beq     a0, t0, greet
        add     t1, s0, s1
        sb      a0, 0(t1)
        addi    s1, s1, 1
        li      t0, 15
        blt     s1, t0, read
        li      a0, 1                   # longer than it has room for
        j       end
greet:  la      a0, hello
        call    puts
        mv      a0, s0
        call    puts
        la      a0, newline
        call    puts
        li      a0, 0
end:    mv      a1, a0                  # SBI, system reset: 0 is a shutdown, a1 whether it failed
        li      a0, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall

# Prints the string at a0.
puts:   mv      t2, a0
1:      lbu     a0, 0(t2)
        beqz    a0, 2f
        li      a7, 1                   # SBI: console putchar
        ecall
        addi    t2, t2, 1
        j       1b
2:      ret

        .section .rodata
question: .asciz "Name? "
hello:  .asciz "Hello, "
newline: .asciz "!\n"
        .bss
name:   .skip   16
        .balign 16
        .skip   256
stack_top:
