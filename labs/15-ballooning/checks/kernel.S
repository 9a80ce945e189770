# A kernel with a cache of ALL frames, which resize of balloon.S is to make smaller and bigger. With GIVEN it gives frames back itself first, and then wants some.
# Frame n of the cache is at AREA + 4096 * n.
#include <hyperstep-pv.h>

#define AREA            0x80300000
#ifndef ALL
#define ALL             768             /* as many as there is memory for */
#define FEWER           470
#define MORE            600
#endif

        .section .text
        .globl  _start
_start: la      sp, stack_top
        la      t0, hole
        csrw    stvec, t0
        li      t0, AREA                # each frame holds its own address
        li      t1, ALL
        li      t2, 4096
1:      sd      t0, (t0)
        add     t0, t0, t2
        addi    t1, t1, -1
        bnez    t1, 1b

#ifndef GIVEN
        li      s1, 10                  # nothing to do
1:      li      a0, ALL
        li      a1, ALL
        call    resize
        addi    s1, s1, -1
        bnez    s1, 1b
        li      a0, ALL
        li      a1, FEWER
        call    resize
        mv      s2, a0
        li      a0, FEWER
        call    look
went:
#else
        li      s1, FEWER               # frames go, each by a call
1:      mv      a0, s1
        li      a1, PV_MEMORY_DECREASE
        call    one
        addi    s1, s1, 1
        li      t0, ALL
        bne     s1, t0, 1b
        li      a0, FEWER
        li      a1, MORE
        call    resize
        mv      s2, a0
        li      a0, MORE
        call    look
came:
        li      s1, FEWER               # whatever has come: now it has
1:      mv      a0, s1
        li      a1, PV_MEMORY_INCREASE
        call    one
        addi    s1, s1, 1
        li      t0, MORE
        bne     s1, t0, 1b
        li      a0, MORE
        li      a1, ALL + 132           # more than there is memory for
        call    resize
        mv      s2, a0
        li      a0, ALL
        call    look
in_vain:
#endif
        li      a6, 0
        li      a7, 8                   # SBI: shutdown
        ecall
        j       .

# one: asks a1 of the hypercall memory for frame a0 alone.
one:    slli    a0, a0, 12
        li      t0, AREA
        add     a0, a0, t0
        sd      a0, frame, t0
        mv      a0, a1
        la      a1, frame
        li      a2, 1
        hypercall PV_MEMORY
        ret

# look: s3 is how many of the first a0 frames are there, s4 how many of the others, s5 how many of all hold what they held at the start, and s6 how many zero.
look:   li      s3, 0
        li      s4, 0
        li      s5, 0
        li      s6, 0
        li      t0, AREA
        li      t1, 0
        li      t2, 4096
1:      li      t3, 1                   # hole makes it 0
        ld      t4, (t0)
        beqz    t3, 4f
        bne     t4, t0, 2f
        addi    s5, s5, 1
2:      bnez    t4, 3f
        addi    s6, s6, 1
3:      addi    s3, s3, 1
        blt     t1, a0, 4f
        addi    s3, s3, -1
        addi    s4, s4, 1
4:      add     t0, t0, t2
        addi    t1, t1, 1
        li      t3, ALL
        bne     t1, t3, 1b
        ret

        .balign 4
hole:   li      t3, 0                   # no memory there: pass over the load
        csrr    t5, sepc
        lhu     t6, (t5)
        andi    t6, t6, 3
        addi    t6, t6, -3
        addi    t5, t5, 2
        bnez    t6, 1f
        addi    t5, t5, 2
1:      csrw    sepc, t5
        sret

        .section .bss
        .balign 8
frame:  .skip   8
        .balign 16
        .skip   1024
stack_top:
