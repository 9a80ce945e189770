# A kernel that runs user programs one after the other, and says of each what became of it.
# Nothing is to be changed here.

        .globl  _start
_start: la      sp, stack_top
        csrw    scounteren, zero        # user programs may not read cycle, time and instret
        la      t0, trap
        csrw    stvec, t0
        la      s0, programs
next:   ld      t0, 8(s0)
        beqz    t0, all_done
        csrw    sepc, t0
        li      t0, 1 << 8              # SPP: sret leads to U-mode
        csrc    sstatus, t0
        la      t0, registers
        csrw    sscratch, t0
        j       resume

all_done:
        li      a0, 0
        j       end

# A trap of a user program: its registers go to memory.
        .balign 4
trap:   csrrw   t6, sscratch, t6
        .irp    number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        sd      x\number, 8 * \number(t6)
        .endr
        csrr    t0, sscratch
        sd      t0, 8 * 31(t6)
        csrw    sscratch, t6
        la      sp, stack_top
        la      s0, current
        ld      s0, 0(s0)
        csrr    t0, scause
        li      t1, 2                   # illegal instruction
        beq     t0, t1, illegal_instruction
        li      t1, 8                   # ecall from U-mode: it is done
        beq     t0, t1, program_done
        la      a0, text_fault
        j       program_over

illegal_instruction:
        csrr    t0, sepc                # an instruction may be 16 bits long
        lhu     a1, 0(t0)
        andi    t1, a1, 3
        li      t2, 3
        bne     t1, t2, 1f
        lhu     t1, 2(t0)
        slli    t1, t1, 16
        or      a1, a1, t1
1:      mv      s1, t0                  # where it is
        la      a0, registers
        call    illegal                 # the decision
        beqz    a0, emulated
        li      t0, 1
        beq     a0, t0, killed
        la      a0, text_unfinished
        call    print
        li      a0, 1
        j       end

emulated:
        csrr    t0, sepc
        bne     t0, s1, resume
        la      a0, text_stays          # it would come here for ever
        j       program_over

killed: la      a0, text_killed
        j       program_over
program_done:
        la      a0, text_done
        la      t0, registers
        ld      t0, 8 * 10(t0)          # a0 of the program: 0 where it saw what it should
        beqz    t0, program_over
        la      a0, text_wrong
program_over:
        mv      s1, a0
        ld      a0, 0(s0)               # its name
        call    print
        mv      a0, s1
        call    print
        addi    s0, s0, 16
        j       next

# The program whose line of the table is s0 goes on at sepc.
resume: la      t0, current
        sd      s0, 0(t0)
        csrr    t6, sscratch
        .irp    number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        ld      x\number, 8 * \number(t6)
        .endr
        ld      t6, 8 * 31(t6)
        sret

# Prints the text at a0.
print:  mv      t3, a0
1:      lbu     a0, 0(t3)
        beqz    a0, 2f
        li      a7, 1                   # SBI: a character
        ecall
        addi    t3, t3, 1
        j       1b
2:      ret

# Powers off; 0 is success.
end:    mv      t0, a0
        li      a7, 0x53525354          # SBI: system reset
        li      a6, 0
        li      a0, 0
        mv      a1, t0
        ecall
        j       .

        .section .rodata
text_killed:     .asciz ": killed\n"
text_done:       .asciz ": went on\n"
text_wrong:      .asciz ": went on with a wrong value\n"
text_fault:      .asciz ": fault\n"
text_stays:      .asciz ": stays at its instruction\n"
text_unfinished: .asciz "the handler is not finished\n"

        .bss
        .balign 16
        .space  4096
stack_top:
current:         .dword 0
registers:       .space 8 * 32
