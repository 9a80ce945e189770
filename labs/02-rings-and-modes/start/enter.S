# enter: leaves M-mode for a lower mode.
#
#   a0      the mode: 0 U, 1 S, 4 VU, 5 VS
#   a1      where it goes on there
#
# It does not return. What the status register still has of earlier traps must not matter.

        .globl  enter
enter:
        # Yours.
        ret
