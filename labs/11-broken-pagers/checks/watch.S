# Touches each of the pages, so that it can be seen what its pager makes of them. Nothing is to be changed here.

        .equ    PROGRAM_PAGE, 0x40000000
        .equ    KERNEL_PAGE, 0x40001000
        .equ    CLEAN_PAGE, 0x40002000
        .equ    SUM, 1 << 18

        .option norvc                   # the handler counts by four
        .globl  _start
_start: call    paging_on
        la      t0, handler
        csrw    stvec, t0

# The kernel reads the program's page with SUM, and then without.
        li      s0, PROGRAM_PAGE
        li      t0, SUM
        csrs    sstatus, t0
        lw      a0, 0(s0)
with_sum:
        csrc    sstatus, t0
sum_cleared:
        lw      a1, 4(s0)
without_sum:

# The kernel reads a page, and then writes to it.
        li      s0, CLEAN_PAGE
        lw      a0, 0(s0)
was_read:
        sw      a0, 4(s0)
was_written:

# The kernel reads a page of its own, and then the program does.
        li      a0, KERNEL_PAGE
        call    load_as_kernel
kernel_has_read:
        li      a0, KERNEL_PAGE
        call    load_as_program
told:   li      a7, 8
        ecall
        j       .

# A load that the kernel may not do: it goes on behind it.
        .balign 4
handler:
        csrr    t1, sepc
        addi    t1, t1, 4
        csrw    sepc, t1
        sret
