#include <hyperstep-pv.h>

#define ROOM            32

        .section .text

# set_entry: the entry at the machine address a0 is to be a1.
        .globl  set_entry
set_entry:
        la      t0, queued
        ld      t1, (t0)
        slli    t2, t1, 4
        la      t3, queue
        add     t3, t3, t2
        sd      a0, 0(t3)
        sd      a1, 8(t3)
        addi    t1, t1, 1
        sd      t1, (t0)
        li      t2, ROOM
        beq     t1, t2, flush           # it is full: hand it over, and return from there
        ret

# flush: what was set is to be there now. Returns what mmu_update returned.
        .globl  flush
flush:
        la      t0, queued
        ld      a1, (t0)
        li      a0, 0
        beqz    a1, 1f
        la      a0, queue
        sd      zero, (t0)
        hypercall PV_MMU_UPDATE
1:      ret

        .section .bss
        .balign 8
queued: .skip   8                       # how many entries are in the queue
queue:  .skip   16 * ROOM
