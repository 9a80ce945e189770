# The same without a stack: one loop lists frames, from the last one down where they go, and up where they come. t4 is how many the cache has when the list is done.
#include <hyperstep-pv.h>

#define AREA            0x80300000
#define ROOM            64

        .section .text
        .globl  resize
resize: mv      t4, a0                  # the cache has so many
        mv      t5, a1
fill:   la      t0, list
        li      t1, 0
1:      beq     t4, t5, ask
        li      t2, ROOM
        beq     t1, t2, ask
        mv      t2, t4
        bltu    t4, t5, 2f
        addi    t4, t4, -1
        mv      t2, t4
        j       3f
2:      addi    t4, t4, 1
3:      slli    t2, t2, 12
        li      t3, AREA
        add     t2, t2, t3
        sd      t2, (t0)
        addi    t0, t0, 8
        addi    t1, t1, 1
        j       1b
ask:    beqz    t1, done
        mv      t6, t1
        li      a0, PV_MEMORY_DECREASE
        ld      t2, list                # the first one of the list is below the new end where the cache grows
        li      t3, AREA
        sub     t2, t2, t3
        srli    t2, t2, 12
        bgeu    t2, t4, 1f
        li      a0, PV_MEMORY_INCREASE
1:      mv      t3, a0
        la      a1, list
        mv      a2, t6
        hypercall PV_MEMORY
        li      t2, PV_MEMORY_INCREASE
        bne     t3, t2, fill
        sub     t6, t6, a1              # so many have not come
        sub     t4, t4, t6
        beqz    t6, fill
done:   mv      a0, t4
        ret

        .section .bss
        .balign 8
list:   .skip   8 * ROOM
