# A program and its kernel. Both are in U-mode, so that the ring which keeps one from the other is not there: each has a root of its own, and the VMM goes
# from one to the other at every system call and every iret. The kernel's root has the program's page too, to read what the program gives it.

#! test "calls its kernel, and does not see it"
#! engines para
#! expect console "Hello from the program.\nThe program may not see its kernel: cause 13.\nIt asks the hypervisor, and its kernel is asked: system call 167790675.\nGood bye.\n"
#! expect exits system-call == 3
#! expect exits guest-page-fault == 1
#! expect never at wrong

#include "../pv.S"

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, trap
        la      a1, stack_top
        hypercall PV_SET_TRAP           # the stack of traps that come from the program

        # The program's tables. Nobody knows yet that they are some, so that they can be filled as memory is; the last of them by one entry.
        la      a0, program
        li      a1, PTE_V | PTE_R | PTE_X | PTE_U | PTE_A
        call    pv_entry
        sd      a0, leaves + (USER_CODE >> 12 << 3), t0
        la      a0, leaves
        li      a1, PTE_V
        call    pv_entry
        sd      a0, middle, t0
        la      a0, middle
        li      a1, PTE_V
        call    pv_entry
        sd      a0, user_root, t0
        mv      s0, a0
        la      a0, user_root           # as tables they may be read alone,
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        la      a0, user_root
        call    pv_machine
        mv      a1, a0
        li      a0, PV_MMUEXT_USER_ROOT
        call    pv_mmuext               # and the VMM looks at all of them here, from the root down
        ld      a0, pv_first_root
        call    pv_virtual
        mv      a1, s0                  # the kernel has the program's page at the same place, by the same tables
        call    pv_set_entry

        ld      t0, pv_shared
        addi    t0, t0, PV_WORDS        # the words of this virtual CPU
        li      t1, USER_CODE
        sd      t1, PV_WORD_SEPC(t0)
        sd      zero, PV_WORD_STATUS(t0) # SPP = 0: to the program
        hypercall PV_IRET

# Traps come here, from the program and from the kernel.
trap:   pv_enter
        ld      t1, PV_WORD_STATUS(t0)
        andi    t1, t1, SSTATUS_SPP
        bnez    t1, wrong               # the kernel makes none
        ld      t1, PV_WORD_SEPC(t0)    # behind the instruction: of four bytes, all that trap here
        addi    t1, t1, 4
        sd      t1, PV_WORD_SEPC(t0)
        ld      t1, PV_WORD_SCAUSE(t0)
        li      t2, CAUSE_USER_ECALL
        bne     t1, t2, 2f
        li      t2, SYS_PRINT
        beq     a7, t2, 1f
        li      t2, SYS_EXIT
        beq     a7, t2, exit
        la      a0, asked               # a call that this kernel does not have
        call    pv_print
        ld      a0, 120(sp)             # a7 as it was
        call    pv_print_number
        la      a0, stop
        call    pv_print
        j       leave
1:      mv      a2, a0                  # the text is at this address in the kernel's root too
        li      a6, DBCN_WRITE_BYTE
        li      a7, SBI_DBCN
3:      lbu     a0, (a2)
        beqz    a0, leave
        ecall
        addi    a2, a2, 1
        j       3b
2:      la      a0, unseen              # a fault: told, and passed over
        call    pv_print
        ld      t0, FRAME_WORDS(sp)
        ld      a0, PV_WORD_SCAUSE(t0)
        call    pv_print_number
        la      a0, stop
        call    pv_print
leave:  pv_leave

exit:   la      a0, goodbye
        call    pv_print
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

        .section .rodata
unseen: .asciz  "The program may not see its kernel: cause "
asked:  .asciz  "It asks the hypervisor, and its kernel is asked: system call "
stop:   .asciz  ".\n"
goodbye: .asciz "Good bye.\n"

# The program, a page of its own at USER_CODE.
        .section .text
        .balign PAGE
        .option push
        .option norvc
program:
1:      auipc   a0, %pcrel_hi(greeting)
        addi    a0, a0, %pcrel_lo(1b)
        li      a7, SYS_PRINT
        ecall
        li      t0, RAM + 0x200000      # where its kernel is
        lw      t1, (t0)
        li      a7, PV_EXTENSION        # of a program this is a system call as any other
        ecall
        li      a7, SYS_EXIT
        ecall
greeting: .asciz "Hello from the program.\n"
        .option pop
        .balign PAGE

        .section .bss
        .balign PAGE
user_root: .skip PAGE
middle: .skip   PAGE
leaves: .skip   PAGE
tables_end:
        .skip   PAGE
stack_top:
