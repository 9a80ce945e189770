# The kernel of the sample, ported to its hypervisor: what it asked of the hardware by privileged instructions it asks of the VMM by hypercalls, or does
# by words of the shared page. port.diff is all that had to be changed; docs/paravirtualization.md explains it.

#include "pv.h"

        .section .text
        .globl  _start
_start:
        la      sp, stack_top
        call    pv_begin                # the start page, at a1, tells where everything is
        la      a0, on_trap
        la      a1, stack_top
        hypercall PV_SET_TRAP           # from now on traps go to on_trap, those of programs with this stack

        la      a0, hello
        call    puts

        # A page table of our own: the kernel, its devices, and nothing at WINDOW yet.
        # Paging is on already, with the tables that the VMM has made: these take their place.
        call    build_page_table
        la      a0, root_table
        call    pv_machine
        mv      a1, a0
        li      a0, PV_MMUEXT_KERNEL_ROOT
        call    pv_mmuext               # the VMM writes satp, and has a new ASID for it: there is nothing to forget
        ld      a1, pv_first_root
        li      a0, PV_MMUEXT_UNPIN
        call    pv_mmuext               # the first tables are memory like any other again

        la      a0, paging_on
        call    puts

        # Demand paging: nothing is mapped here. The store faults, on_trap maps a page, the store happens.
        li      s0, WINDOW
        li      s1, 0x1234
demand: sd      s1, 0(s0)
        ld      s2, 0(s0)               # the same page: no fault any more
        bne     s1, s2, failed

        # A block of the disk, through a virtqueue.
        call    disk_init
        bnez    a0, no_disk
        li      a0, 0                   # sector
        la      a1, block
        call    disk_read
        bnez    a0, failed
disk_read_done:
        la      a0, disk_says
        call    puts
        la      a0, block
        call    puts
no_disk:

        # A user program: its own page table, its own pages, system calls.
        call    map_user
        ld      t1, pv_shared
        addi    t1, t1, PV_WORDS        # the words of this virtual CPU: memory, so that this costs no exits
        li      t0, USER_CODE
        sd      t0, PV_WORD_SEPC(t1)    # where iret goes
        sd      zero, PV_WORD_STATUS(t1) # and in which mode: SPP = 0 is a program
        hypercall PV_IRET

failed: la      a0, failure
        call    puts
        li      a0, SRST_SHUTDOWN
        li      a1, SRST_SYSTEM_FAILURE
        j       system_reset

# power_off: the machine's end.
        .globl  power_off
power_off:
        la      a0, goodbye
        call    puts
        li      a0, SRST_SHUTDOWN
        li      a1, 0
system_reset:
        li      a7, SBI_SRST
        li      a6, 0
        ecall                           # to the firmware, which does not return from this
        j       .

        .section .rodata
hello:          .asciz  "Hello from the guest kernel.\n"
paging_on:      .asciz  "Paging is on.\n"
disk_says:      .asciz  "The disk says: "
goodbye:        .asciz  "Good bye.\n"
failure:        .asciz  "Something is wrong.\n"

        .section .bss
        .balign PAGE
block:  .skip   PAGE
        .skip   2 * PAGE
stack_top:
