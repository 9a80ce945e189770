# A small guest kernel: an ordinary RISC-V S-mode kernel that knows nothing of virtualization.
#
#   1. Click beside the line below that turns paging on (it writes satp), and press F5.
#   2. Step Into (F11): the kernel runs in U-mode, so its privileged instruction traps, and
#      you are in the hypervisor (VMM), which does what the hardware refused to do.
#   3. Go on stepping: back in the kernel, the next instruction is not in the new shadow table
#      yet. The shadow pager walks the kernel's page table and fills one entry.
#
# Page Tables, TLB, Device Queues and VM Exits are beside the editor once the kernel has stopped.

#include "kernel.h"

        .section .text
        .globl  _start
_start:
        la      sp, stack_top
        la      t0, on_trap
        csrw    stvec, t0               # from now on traps go to on_trap

        la      a0, hello
        call    puts

        # A page table of our own: the kernel, its devices, and nothing at WINDOW yet.
        call    build_page_table
        la      t0, root_table
        srli    t0, t0, 12              # satp holds a page number ...
        li      t1, SATP_SV39
        or      t0, t0, t1              # ... and the mode: Sv39, three levels
        csrw    satp, t0                # paging on
        sfence.vma                      # forget every older translation

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

        # A user program: U-mode, its own pages, system calls.
        call    map_user
        li      t0, USER_CODE
        csrw    sepc, t0                # where sret goes
        li      t0, SSTATUS_SPP
        csrc    sstatus, t0             # and in which mode: SPP = 0 is U-mode
        csrw    sscratch, sp            # the kernel's stack, for on_trap
        sret

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
