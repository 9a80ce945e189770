# A balloon: it gives frames of the cache back to the host, or asks for some.

#include <hyperstep-pv.h>

#define AREA            0x80300000      /* where frame 0 of the cache is */
#define ROOM            64              /* of the list */

        .section .text

# resize: the cache has the frames 0 to a0 - 1, and should have a1 of them. Returns how many it has then.
        .globl  resize
resize:
        addi    sp, sp, -48
        sd      ra, 0(sp)
        sd      s0, 8(sp)
        sd      s1, 16(sp)
        sd      s2, 24(sp)
        sd      s3, 32(sp)
        mv      s0, a0                  # so many it has
        mv      s1, a1
        li      s3, 6                   # lists
next:   beq     s0, s1, done
        beqz    s3, done
        addi    s3, s3, -1
        blt     s0, s1, more
        sub     a1, s0, s1              # the last ones go
        call    at_most_a_list
        sub     s0, s0, s2
        mv      a0, s0
        call    list_frames
        li      a0, PV_MEMORY_DECREASE
        la      a1, list
        mv      a2, s2
        hypercall PV_MEMORY
        j       next
more:   sub     a1, s1, s0
        call    at_most_a_list
        mv      a0, s0
        call    list_frames
        li      a0, PV_MEMORY_INCREASE
        la      a1, list
        mv      a2, s2
        hypercall PV_MEMORY
        add     s0, s0, a1              # so many there were
        beq     a1, s2, next
done:   mv      a0, s0
        ld      ra, 0(sp)
        ld      s0, 8(sp)
        ld      s1, 16(sp)
        ld      s2, 24(sp)
        ld      s3, 32(sp)
        addi    sp, sp, 48
        ret

at_most_a_list:
        li      t0, ROOM
        ble     a1, t0, 1f
        mv      a1, t0
1:      mv      s2, a1
        ret

# list_frames: puts the addresses of a1 frames, from number a0 on, into the list. Changes a0, a1, t0 and t1.
list_frames:
        la      t0, list
        slli    a0, a0, 12
        li      t1, AREA
        add     a0, a0, t1
        li      t1, 4096
1:      beqz    a1, 2f
        sd      a0, (t0)
        addi    t0, t0, 8
        add     a0, a0, t1
        addi    a1, a1, -1
        j       1b
2:      ret

        .section .bss
        .balign 8
list:   .skip   8 * ROOM
