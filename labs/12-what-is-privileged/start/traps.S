# Whether an instruction raises an illegal-instruction exception in U-mode: finish it.

        .section .text

# traps: a0 = an instruction of 32 bits. Returns 1 if it does, else 0. It may use a0 to a7 and t0 to t6.
        .globl  traps
traps:
        li      a0, 0
        ret
