# Kill or emulate: the decision of the kernel about an illegal instruction of a user program.
#
#   a0      the registers of the program in memory: x0 at a0, x1 at a0 + 8, ... x31 at a0 + 8 * 31
#   a1      the instruction
#   sepc    where it is: where the program goes on
#
# Returns in a0: 0 the program goes on at sepc, 1 it is killed, 2 this is not finished.
# It may use a0 to a7 and t0 to t6.

        .globl  illegal
illegal:
        # Yours: emulate rdtime (csrrs rd, time, x0), kill everything else.
        li      a0, 2
        ret
