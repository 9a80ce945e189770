# Works without an exit: everybody who runs it comes to the same addresses again and again.
        .globl  _start
_start:
        la      sp, stack_top
        li      s0, 0
turn:
        call    work
        addi    s0, s0, 1
back:
        j       turn

work:
        addi    sp, sp, -16
        sd      ra, 8(sp)
        li      t0, 20000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        ld      ra, 8(sp)
        addi    sp, sp, 16
        ret

        .data
        .balign 16
        .space  256
stack_top:
