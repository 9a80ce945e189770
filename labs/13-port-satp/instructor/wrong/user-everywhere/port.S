#include <hyperstep-pv.h>

        .section .text

# make_entry: a0 = the address of a page, a1 = bits. Returns the entry of a page table.
        .globl  make_entry
make_entry:
        ld      t1, start_page
        ld      t1, PV_START_P2M(t1)
        li      t0, 0x80000000
        sub     t0, a0, t0
        srli    t0, t0, 12
        slli    t0, t0, 3
        add     t1, t1, t0
        ld      a0, (t1)                # the machine address
        srli    a0, a0, 2
        or      a0, a0, a1
        ori     a0, a0, 1 << 4          # U, since the kernel is in U-mode
1:      ret

# protect: the page at a0 becomes a table soon.
        .globl  protect
protect:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        sd      a0, 8(sp)
        li      a1, 0x43                # V, R, A
        call    make_entry
        mv      a1, a0
        ld      a0, 8(sp)
        li      a2, 1
        hypercall PV_UPDATE_VA
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# use_root: the table at a0 becomes the kernel's root.
        .globl  use_root
use_root:
        addi    sp, sp, -32
        sd      ra, 24(sp)
        li      a1, 0
        call    make_entry
        slli    a0, a0, 2               # the machine address again
        li      t0, PV_MMUEXT_KERNEL_ROOT
        sd      t0, 0(sp)
        sd      a0, 8(sp)
        sd      zero, 16(sp)
        mv      a0, sp
        li      a1, 1
        hypercall PV_MMUEXT
        ld      ra, 24(sp)
        addi    sp, sp, 32
        ret
