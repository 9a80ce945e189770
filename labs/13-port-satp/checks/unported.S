# The kernel's paging, as it was on the bare machine: port it to the hypervisor.

#include <hyperstep-pv.h>

        .section .text

# make_entry: a0 = the address of a page, which the kernel believes physical; a1 = the bits V, R, W, X, A, D that are wanted.
# Returns the entry of a page table.
        .globl  make_entry
make_entry:
        srli    a0, a0, 2               # the page number, from bit 10 up
        or      a0, a0, a1
        ret

# protect: the page at a0 becomes a table soon.
        .globl  protect
protect:
        ret                             # on the bare machine there is nothing to do

# use_root: the table at a0 becomes the kernel's root.
        .globl  use_root
use_root:
        srli    a0, a0, 12
        li      t0, 8 << 60             # Sv39
        or      a0, a0, t0
        csrw    satp, a0
        sfence.vma
        ret
