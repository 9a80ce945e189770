# A guest kernel that does nothing: in which mode is it?

        .globl  _start
_start: li      a0, 1
here:   nop
        li      a7, 8
        ecall
