# Entries of page tables, for the hypervisor. Each is handed over at once: finish it.

#include <hyperstep-pv.h>

#define ROOM            32

        .section .text

# set_entry: the entry at the machine address a0 is to be a1.
        .globl  set_entry
set_entry:
        la      t0, queue
        sd      a0, 0(t0)
        sd      a1, 8(t0)
        mv      a0, t0
        li      a1, 1
        hypercall PV_MMU_UPDATE
        ret

# flush: what was set is to be there now. Returns what mmu_update returned.
        .globl  flush
flush:
        li      a0, 0
        li      a1, 0
        ret

        .section .bss
        .balign 8
queued: .skip   8                       # how many entries are in the queue
queue:  .skip   16 * ROOM
