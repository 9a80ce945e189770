# The place of the next entry is kept in place of their number, and a full queue is handed over when the next one comes.
#include <hyperstep-pv.h>

#define ROOM            32

        .section .text

        .globl  set_entry
set_entry:
        ld      t1, next
        la      t2, queue_end
        bne     t1, t2, 1f
        addi    sp, sp, -32
        sd      ra, 0(sp)
        sd      a0, 8(sp)
        sd      a1, 16(sp)
        call    flush
        ld      ra, 0(sp)
        ld      a0, 8(sp)
        ld      a1, 16(sp)
        addi    sp, sp, 32
        la      t1, queue
1:      sd      a0, 0(t1)
        sd      a1, 8(t1)
        addi    t1, t1, 16
        sd      t1, next, t0
        ret

        .globl  flush
flush:
        la      a0, queue
        ld      a1, next
        sub     a1, a1, a0
        srli    a1, a1, 4
        sd      a0, next, t0
        beqz    a1, 1f
        hypercall PV_MMU_UPDATE
        ret
1:      li      a0, 0
        ret

        .section .data
        .balign 8
next:   .dword  queue

        .section .bss
        .balign 8
queue:  .skip   16 * ROOM
queue_end:
