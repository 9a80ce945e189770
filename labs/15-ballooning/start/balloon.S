# A balloon: it gives frames of the cache back to the host, or asks for some. Finish resize.

#include <hyperstep-pv.h>

#define AREA            0x80300000      /* where frame 0 of the cache is */
#define ROOM            64              /* of the list */

        .section .text

# resize: the cache has the frames 0 to a0 - 1, and should have a1 of them. Returns how many it has then.
        .globl  resize
resize:
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
