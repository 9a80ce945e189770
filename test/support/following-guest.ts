/** Where it has the frames that it wants. */
const AREA = 0x8080_0000;
/** Frames of a list. */
const CHUNK = 32;
/** Frames that it has beside, more or less. */
export const ITS_OWN = 64;

/**
 * A guest that wants so many frames for its work, and has as many of them as its target leaves it: it asks for that again and again, gives back or
 * takes what differs, and writes to all that it gets. It prints `X` where something of that is not as it should be.
 * @param wants frames, 1536 at the most @param rounds after which it powers off; never when absent
 */
export function followingGuest({ wants, rounds = -1 }: { readonly wants: number; readonly rounds?: number }): string {
  return `
#include <hyperstep-pv.h>
        .globl  _start
_start: li      s0, 0                   # frames that it has
        li      s1, ${wants}
        li      s2, ${rounds}
round:  addi    s2, s2, -1
        beqz    s2, off
        li      t0, 2000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a0, PV_MEMORY_TARGET
        hypercall PV_MEMORY
        addi    s3, a1, -${ITS_OWN}
        ble     s3, s1, 1f
        mv      s3, s1
1:      beq     s0, s3, round
        blt     s0, s3, more
        # Fewer: the last ones go.
        sub     s4, s0, s3
        li      t0, ${CHUNK}
        ble     s4, t0, 1f
        mv      s4, t0
1:      sub     a0, s0, s4
        call    fill
        li      a0, PV_MEMORY_DECREASE
        la      a1, list
        mv      a2, s4
        hypercall PV_MEMORY
        bnez    a0, wrong
        sub     s0, s0, s4
        j       round
more:   sub     s4, s3, s0
        li      t0, ${CHUNK}
        ble     s4, t0, 1f
        mv      s4, t0
1:      mv      a0, s0
        call    fill
        li      a0, PV_MEMORY_INCREASE
        la      a1, list
        mv      a2, s4
        hypercall PV_MEMORY
        # As many as there were: each is zero.
1:      beqz    a1, round
        slli    t0, s0, 12
        li      t1, ${AREA}
        add     t0, t0, t1
        ld      t1, 8(t0)
        bnez    t1, wrong
        sd      t0, 8(t0)
        addi    s0, s0, 1
        addi    a1, a1, -1
        j       1b
        # The list: s4 frames from the one of number a0 on.
fill:   la      t0, list
        slli    a0, a0, 12
        li      t1, ${AREA}
        add     a0, a0, t1
        mv      t1, s4
1:      sd      a0, (t0)
        addi    t0, t0, 8
        li      t2, 4096
        add     a0, a0, t2
        addi    t1, t1, -1
        bnez    t1, 1b
        ret
wrong:  li      a0, 'X'
        li      a7, 1
        ecall
        j       wrong
off:    li      a7, 8
        ecall
        .data
        .balign 8
list:   .zero   ${8 * CHUNK}
`;
}
