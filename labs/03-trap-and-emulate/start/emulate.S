# The interpreter routines: what a privileged instruction of the guest does to its virtual registers.
#
#   a0      the guest's registers in memory: x0 at a0, x1 at a0 + 8, ...
#   a1      the instruction
#   a2      the guest's virtual registers: sscratch at a2, stvec at a2 + 8, sepc at a2 + 16, scause at a2 + 24
#   sepc    of the hart: where the instruction is, and where the guest goes on
#
# Returns 0 in a0; 1: this is not finished. It may use a0 to a7 and t0 to t6.

        .globl  emulate
emulate:
        # Yours.
        li      a0, 1
        ret
