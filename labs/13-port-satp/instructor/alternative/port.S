# Both roots are pinned when they are used first, and tables are made read-only without a flush, which the hypervisor does by itself.
#include <hyperstep-pv.h>

        .section .text

machine:
        ld      t1, start_page
        ld      t1, PV_START_P2M(t1)
        srli    t0, a0, 12
        li      t2, 0x80000
        sub     t0, t0, t2
        slli    t0, t0, 3
        add     t1, t1, t0
        ld      a0, (t1)
        ret

        .globl  make_entry
make_entry:
        mv      t3, ra
        call    machine
        srli    a0, a0, 2
        or      a0, a0, a1
        srli    t0, a1, 1               # R, where a leaf can be read
        andi    t0, t0, 1
        slli    t0, t0, 4
        or      a0, a0, t0
        jr      t3

        .globl  protect
protect:
        mv      t4, ra
        mv      t5, a0
        li      a1, 0xc3
        call    make_entry
        mv      a1, a0
        mv      a0, t5
        li      a2, 0
        hypercall PV_UPDATE_VA
        jr      t4

        .globl  use_root
use_root:
        mv      t4, ra
        call    machine
        la      t0, list
        sd      a0, 8(t0)
        sd      a0, 32(t0)
        mv      a0, t0
        li      a1, 1
        hypercall PV_MMUEXT             # already pinned: an error that says no more than that
        la      a0, list + 24
        li      a1, 1
        hypercall PV_MMUEXT
        jr      t4

        .section .data
        .balign 8
list:   .dword  PV_MMUEXT_PIN, 0, 2
        .dword  PV_MMUEXT_KERNEL_ROOT, 0, 0
