# Asks compose about leaves of a guest. Nothing is to be changed here.

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

# Leaves an entry that compose has made in a0.
        .macro  case flags, access, who
        li      a0, (0x12345 << 10) | \flags
        li      a1, 0x80abc000
        li      a2, \access
        li      a3, \who
        call    compose
        .endm

        .globl  _start
_start: la      sp, stack_top
        case    V|R|X|A, READ, KERNEL
kernel_code:
        case    V|R|W|A|D, WRITE, KERNEL
kernel_data:
        case    V|R|W|U|A|D, READ, USER
user_data:
        case    V|R|W|A|D, READ, USER
user_in_kernel:
        case    V|R|A, WRITE, KERNEL
read_only:
        case    V|R|W|G|A|D, READ, KERNEL
global_data:
        case    V|R|W|U|A|D, READ, KERNEL
without_sum:
        case    V|R|W|U|A|D, READ, KERNEL_WITH_SUM
with_sum:
        case    V|R|X|U|A, EXECUTE, KERNEL_WITH_SUM
sum_execute:
        case    V|R|W|A, READ, KERNEL
clean_read:
        case    V|R|W|A, WRITE, KERNEL
clean_write:
        li      a7, 8
        ecall
        j       .

        .data
        .balign 16
        .space  4096
stack_top:
