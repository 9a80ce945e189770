# A guest kernel with four pages, and what it takes to touch them in each mode. Nothing is to be changed here.
#
#   0x40000000  PROGRAM_PAGE   of a program: R W U A D
#   0x40001000  KERNEL_PAGE    of the kernel, in every address space: R W G A D
#   0x40002000  CLEAN_PAGE     of the kernel, and nobody has written to it yet: R W A
#   0x40003000  CODE_PAGE      what the program executes: R X U A

        .equ    PROGRAM_PAGE, 0x40000000
        .equ    CODE_PAGE, 0x40003000
        .equ    SPP, 1 << 8
        .equ    SUM, 1 << 18

        .globl  paging_on, as_before, load_as_kernel, load_as_program, leaves

# Turns paging on.
paging_on:
        la      t0, root
        li      t1, (0x80000 << 10) | 0xcf      # the kernel itself, 1 GiB where it is: D A X W R V
        sd      t1, 16(t0)
        la      t1, middle
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 8(t0)
        la      t2, middle
        la      t1, leaves
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 0(t2)
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        mv      t6, ra
        call    as_before
        csrw    satp, t0
        sfence.vma
        jr      t6

# The leaves are as they were at the start, SUM is not set, and sfence.vma says that leaves have changed: what becomes of what was known of
# the pages is the pager's matter. It uses t1 to t3.
as_before:
        li      t1, SUM
        csrc    sstatus, t1
        la      t2, leaves
        la      t1, pages
        srli    t1, t1, 2
        ori     t3, t1, 0xd7                    # D A U W R V
        sd      t3, 0(t2)
        addi    t1, t1, 1024
        ori     t3, t1, 0xe7                    # D A G W R V
        sd      t3, 8(t2)
        addi    t1, t1, 1024
        ori     t3, t1, 0x47                    # A W R V
        sd      t3, 16(t2)
        la      t1, program
        srli    t1, t1, 2
        ori     t3, t1, 0x5b                    # A U X R V
        sd      t3, 24(t2)
        sfence.vma
        ret

# Loads from the address in a0, as the kernel does. Returns 1 in a0 where it may, and 0 where it gets a page fault. It uses t0 and t1.
load_as_kernel:
        la      t0, refused
        csrw    stvec, t0
        lw      t1, 0(a0)
        li      a0, 1
        ret
        .balign 4
refused:
        li      a0, 0
        csrw    sepc, ra
        sret

# The same, as the program does: in U-mode.
load_as_program:
        la      t0, program_ends
        csrw    stvec, t0
        csrw    sscratch, ra
        li      t0, CODE_PAGE
        csrw    sepc, t0
        li      t0, SPP
        csrc    sstatus, t0
        sret
        .balign 4
program_ends:
        csrr    t0, scause
        addi    t0, t0, -8                      # environment call from U-mode: it has loaded, and is done
        seqz    a0, t0
        csrr    ra, sscratch
        ret

# A page of its own: it runs at CODE_PAGE, where the guest maps it.
        .balign 4096
program:
        .option push
        .option norvc
        lw      t1, 0(a0)
        ecall
        .option pop
        .balign 4096
        .globl  program_loads, program_has_it
        .set    program_loads, CODE_PAGE
        .set    program_has_it, CODE_PAGE + 4

        .data
        .balign 4096
root:   .space  4096
middle: .space  4096
leaves: .space  4096
pages:  .word   1
        .balign 4096
        .word   2
        .balign 4096
        .word   3
        .balign 4096
