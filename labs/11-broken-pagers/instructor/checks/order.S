# The other way round, and each twice: who counts on what was asked before is found out.

        .globl  _start
_start: la      sp, stack_top
        call    paging_on
        .irp    rule, global, dirty, sum
        call    tell_\rule
        mv      s0, a0
        call    as_before
        mv      a0, s0
told_\rule:
        nop
        call    tell_\rule
        mv      s0, a0
        call    as_before
        mv      a0, s0
again_\rule:
        nop
        .endr
        li      a7, 8
        ecall
        j       .

        .data
        .balign 16
        .space  4096
stack_top:
