# Three functions that tell a broken pager from the right one. Each returns in a0
#
#   0       the rule is kept
#   1       it is not
#
# and may use all registers but sp, s0 to s11 and ra, which are to be as before. For the pages see kernel.S, which also has
# load_as_kernel and load_as_program. SUM is 0 at the start, and the CLEAN_PAGE has not been written to.

        .equ    PROGRAM_PAGE, 0x40000000
        .equ    KERNEL_PAGE, 0x40001000
        .equ    CLEAN_PAGE, 0x40002000
        .equ    SUM, 1 << 18            # of sstatus
        .equ    D, 1 << 7               # of a leaf: that of the CLEAN_PAGE is at leaves + 16

        .globl  tell_sum, tell_dirty, tell_global

# The kernel may use pages of programs while SUM is set, and not when it is not.
tell_sum:
        li      a0, 2                   # Yours.
        ret

# When a page has been written to, D is set in the guest's leaf.
tell_dirty:
        li      a0, 2                   # Yours.
        ret

# A page of the kernel is not the program's, also where it is global.
tell_global:
        li      a0, 2                   # Yours.
        ret
