# translate: the one place where guest-physical addresses become machine addresses.
#
#   a0      the guest-physical address
#   a1      how many bytes are accessed, 1 at least
#   a2      the box: where the guest's memory begins (at a2), how many bytes it has (at a2 + 8), where it lies in the machine (at a2 + 16)
#
# Returns the machine address in a0, or -1 where any byte of the access is outside. All numbers are without sign.
# It may use a0 to a7 and t0 to t6.

        .globl  translate
translate:
        # Yours.
        ret
