# A hypervisor of one guest, without any hardware support: the dispatcher. Nothing is to be changed here.

        .globl  _start
_start: la      sp, stack_top
        la      t0, trap
        csrw    stvec, t0
        li      t0, 1 << 8              # SPP: sret leads to U-mode
        csrc    sstatus, t0
        la      t0, guest
        csrw    sepc, t0
        la      t0, registers
        csrw    sscratch, t0
        j       enter_guest

# Every trap of the guest leads here.
        .balign 4
trap:   csrrw   x31, sscratch, x31
        .irp    number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        sd      x\number, 8 * \number(x31)
        .endr
        csrr    t0, sscratch
        sd      t0, 8 * 31(x31)
        csrw    sscratch, x31
        la      sp, stack_top
        csrr    t0, scause
        li      t1, 2
        beq     t0, t1, illegal
        li      t1, 8
        beq     t0, t1, hypercall
        la      a0, text_trap
        call    print
        li      a0, 1
        j       end

illegal:
        csrr    t0, sepc
        lhu     a1, 0(t0)
        lhu     t1, 2(t0)
        slli    t1, t1, 16
        or      a1, a1, t1
        la      a0, registers
        la      a2, virtual_registers
        call    emulate
        beqz    a0, enter_guest
        la      a0, text_unfinished
        call    print
        li      a0, 1
        j       end

# The guest calls: a7 = 1 prints the character a0, a7 = 8 powers off with the status a0.
hypercall:
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        la      t0, registers
        ld      a0, 8 * 10(t0)
        ld      a7, 8 * 17(t0)
        li      t1, 8
        beq     a7, t1, end
        li      a7, 1
        ecall
        j       enter_guest

# Back into the guest, with its registers.
enter_guest:
        csrr    x31, sscratch
        .irp    number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        ld      x\number, 8 * \number(x31)
        .endr
        ld      x31, 8 * 31(x31)
        sret

print:  mv      t3, a0
1:      lbu     a0, 0(t3)
        beqz    a0, 2f
        li      a7, 1
        ecall
        addi    t3, t3, 1
        j       1b
2:      ret

# Powers off; a0 = 0 is success.
end:    snez    a1, a0                  # the reason: 0, or 1 for a failure
        li      a0, 0
        li      a6, 0
        li      a7, 0x53525354          # SBI: system reset
        ecall
        j       .

        .section .rodata
text_trap:       .asciz "the guest traps for what this hypervisor does not know\n"
text_unfinished: .asciz "emulate is not finished\n"

        .bss
        .balign 16
        .space  4096
stack_top:
        .globl  registers, virtual_registers
registers:          .space 8 * 32
virtual_registers:  .space 8 * 4
