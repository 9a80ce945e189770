/** Where it has the frames that come and go: behind one address `AREA`, so many. */
export const AREA = 0x8080_0000;
export const AREA_FRAMES = 1024;
const GIGAPAGE = '0xcf'; // V, R, W, X, A, D

/**
 * A guest that gives frames of its memory back and gets them again, at random, touches what it may have and what not, and looks that what it gets is
 * zero and what it has stays: else it prints `X`. It never ends but where it is to crash.
 * @param seed of what it does
 * @param paging whether it has page tables, of which one maps all by a page of 1 GiB
 * @param crashesAfter so many rounds; never when absent
 */
export function ballooningGuest({
  seed,
  paging,
  crashesAfter = -1,
}: {
  readonly seed: number;
  readonly paging: boolean;
  readonly crashesAfter?: number;
}): string {
  const turnOn = `
        la      t0, root
        li      t1, 0x80000000 >> 2
        ori     t1, t1, ${GIGAPAGE}
        sd      t1, 16(t0)
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma`;
  return `
#include <hyperstep-pv.h>
        .option norvc
        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
${paging ? turnOn : ''}
        li      s0, ${(seed % 0x7fff_fffe) + 1}
        li      s11, ${crashesAfter}
round:  addi    s11, s11, -1
        beqz    s11, crash
        call    random
        andi    t0, s0, 3
        beqz    t0, touch
        # A list of one to sixteen frames from a place on, every other or each.
        srli    s1, s0, 8
        andi    s1, s1, 15
        addi    s1, s1, 1
        srli    s2, s0, 13
        li      t1, ${AREA_FRAMES - 1}
        and     s2, s2, t1
        srli    s3, s0, 24
        andi    s3, s3, 1
        addi    s3, s3, 1
        la      t1, list
        mv      t2, s1
1:      li      t3, ${AREA_FRAMES - 1}
        and     t3, s2, t3
        slli    t3, t3, 12
        li      t4, ${AREA}
        add     t3, t3, t4
        sd      t3, (t1)
        addi    t1, t1, 8
        add     s2, s2, s3
        addi    t2, t2, -1
        bnez    t2, 1b
        srli    a0, s0, 28
        andi    a0, a0, 1
        la      a1, list
        mv      a2, s1
        hypercall PV_MEMORY
        j       round
        # A word that is the address itself or zero; then it is the address.
touch:  srli    s2, s0, 13
        li      t1, ${AREA_FRAMES - 1}
        and     s2, s2, t1
        slli    s2, s2, 12
        li      t1, ${AREA}
        add     s2, s2, t1
        mv      t0, zero
        ld      t0, 24(s2)
        beqz    t0, 1f
        bne     t0, s2, wrong
1:      sd      s2, 24(s2)
        j       round
random: slli    t0, s0, 13
        xor     s0, s0, t0
        srli    t0, s0, 7
        xor     s0, s0, t0
        slli    t0, s0, 17
        xor     s0, s0, t0
        ret
wrong:  li      a0, 'X'
        li      a7, 1
        ecall
        j       round
crash:  csrw    stvec, zero
        csrw    satp, zero
        ebreak
        .balign 4
trap:   csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        mv      t0, zero
        sret
        .data
        .balign 4096
root:   .zero   4096
list:   .zero   128
`;
}
