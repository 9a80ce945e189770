# Asks compose about leaves of a guest. Nothing is to be changed here.

#ifndef MACHINE
#define MACHINE 0x80abc000             // where the P2M has the page
#endif

        .equ    V, 1
        .equ    R, 2
        .equ    W, 4
        .equ    X, 8
        .equ    U, 16
        .equ    G, 32
        .equ    A, 64
        .equ    D, 128
        .equ    READ, 0
        .equ    WRITE, 1
        .equ    EXECUTE, 2
        .equ    KERNEL, 0               # the guest's S-mode, SUM is not set
        .equ    USER, 1                 # the guest's U-mode
        .equ    KERNEL_WITH_SUM, 2

# The entry that compose has made is in a0 at the label behind it, which notes it in `entries`.
        .macro  case flags, access, who
        li      a0, (0x12345 << 10) | \flags
        li      a1, MACHINE
        li      a2, \access
        li      a3, \who
        call    compose
        .endm

        .globl  _start
_start: la      sp, stack_top
        la      s0, entries
        case    V|R|X|A, READ, KERNEL
kernel_code:
        sd      a0, 0(s0)
        case    V|R|W|A|D, WRITE, KERNEL
kernel_data:
        sd      a0, 8(s0)
        case    V|R|W|U|A|D, READ, USER
user_data:
        sd      a0, 16(s0)
        case    V|R|W|A|D, READ, USER
user_in_kernel:
        sd      a0, 24(s0)
        case    V|R|A, WRITE, KERNEL
read_only:
        sd      a0, 32(s0)
        case    V|R|W|G|A|D, READ, KERNEL
global_data:
        sd      a0, 40(s0)
        case    V|R|W|U|A|D, READ, KERNEL
without_sum:
        sd      a0, 48(s0)
        case    V|R|W|U|A|D, READ, KERNEL_WITH_SUM
with_sum:
        sd      a0, 56(s0)
        case    V|R|X|U|A, EXECUTE, KERNEL_WITH_SUM
sum_execute:
        sd      a0, 64(s0)
        case    V|R|W|A, READ, KERNEL
clean_read:
        sd      a0, 72(s0)
        case    V|R|W|A, WRITE, KERNEL
clean_write:
        sd      a0, 80(s0)
compared:
        li      a7, 8
        ecall
        j       .

        .data
        .balign 16
        .globl  entries
entries:
        .space  88
        .balign 16
        .space  4096
stack_top:
