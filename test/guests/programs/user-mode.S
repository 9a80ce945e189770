# User mode with system calls: the kernel maps a user program, enters it with sret, and serves write, double and exit.
        .include "lib.inc"
main:
        la      t0, on_trap
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      a0, 0x10000             # user code, readable and executable in U-mode
        la      a1, user_code
        li      a2, PTE_V|PTE_R|PTE_X|PTE_U
        li      a3, 0
        call    map
        li      a0, 0x20000             # user data
        la      a1, user_data
        li      a2, PTE_V|PTE_R|PTE_W|PTE_U
        li      a3, 0
        call    map
        sfence.vma
        li      t0, SPP
        csrc    sstatus, t0
        li      t0, SPIE
        csrc    sstatus, t0
        li      t0, 0x10000
        csrw    sepc, t0
        la      t0, stack_top
        csrw    sscratch, t0
        sret

        .balign 4
on_trap:
        csrrw   sp, sscratch, sp
        addi    sp, sp, -64
        sd      t0, 0(sp)
        sd      t1, 8(sp)
        sd      ra, 16(sp)
        csrr    t0, scause
        li      t1, 8
        bne     t0, t1, fault
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        li      t0, 1
        beq     a7, t0, sys_write
        li      t0, 2
        beq     a7, t0, sys_double
        li      t0, 3
        beq     a7, t0, sys_exit
        li      a0, -1
        j       back
sys_write:                              # a0 = user address of a string: read with SUM
        li      t0, SUM
        csrs    sstatus, t0
        sd      a7, 24(sp)
        mv      t1, a0
1:      lbu     a0, 0(t1)
        beqz    a0, 2f
        li      a7, 1
        ecall
        addi    t1, t1, 1
        j       1b
2:      li      t0, SUM
        csrc    sstatus, t0
        ld      a7, 24(sp)
        li      a0, 0
        j       back
sys_double:
        slli    a0, a0, 1
        j       back
sys_exit:
        mv      s0, a0
        show    "exit", s0
        j       shutdown
fault:  csrr    s0, scause
        csrr    s1, stval
        csrr    s2, sepc
        show    "cause", s0
        show    "stval", s1
        show    "sepc", s2
        csrr    s3, sstatus
        andi    s3, s3, 0x1f2
        andi    s3, s3, SPP|SPIE|SIE
        show    "sstatus", s3
        addi    s2, s2, 4
        csrw    sepc, s2
back:   ld      t0, 0(sp)
        ld      t1, 8(sp)
        ld      ra, 16(sp)
        addi    sp, sp, 64
        csrrw   sp, sscratch, sp
        sret

        .balign 4096
        .option push
        .option norvc
user_code:
        li      a0, 0x20000
        li      a7, 1
        ecall
        li      a0, 21
        li      a7, 2
        ecall
        li      t0, 0x20000
        sd      a0, 64(t0)
        li      a7, 99                  # no such call
        ecall
        sd      a0, 72(t0)
        csrr    t1, sstatus             # privileged: illegal instruction in U-mode
        sret
        wfi
        sfence.vma
        li      t1, 0x80200000          # the kernel's page: no U bit
        lw      t2, 0(t1)
        sw      t2, 0(t1)
        li      t1, 0x10000             # read-only
        sw      t2, 0(t1)
        ld      t1, 64(t0)
        ld      t2, 72(t0)
        add     a0, t1, t2
        li      a7, 3
        ecall
        .option pop
        .balign 4096
user_data:
        .asciz  "hello from user mode\n"
        .balign 4096

