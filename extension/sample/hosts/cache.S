# A cache has use for all memory that there is. This one takes as many frames as its host wants it to have (the hypercall memory, target), and
# gives back what is more than that: it balloons. At the end it says how many it has.
#include <hyperstep-pv.h>

#ifndef BEGIN
#define BEGIN 0                         /* milliseconds after which it begins */
#endif
        .equ    END, 120                # milliseconds after which it ends
        .equ    TICKS, 10000            # of mtime in a millisecond
        .equ    AREA, 0x80300000        # its cache: frames from here on
        .equ    MOST, 2800
        .equ    OTHERS, 64              # frames of the guest beside its cache, more or less
        .equ    CHUNK, 64               # frames of one call

        .globl  _start
_start: li      t0, 1 << 5
        csrw    sie, t0                 # the timer may wake us; SIE stays clear, so there is no handler
        li      s0, 0                   # frames of the cache
        rdtime  s1
        li      t0, END * TICKS
        add     s2, s1, t0              # when it ends
        li      a0, BEGIN * TICKS
        add     a0, s1, a0
        call    sleep

round:  rdtime  t0
        bgeu    t0, s2, end
        li      a0, PV_MEMORY_TARGET    # how many frames are we to have?
        hypercall PV_MEMORY
        addi    s3, a1, -OTHERS
        li      t0, MOST
        ble     s3, t0, 1f
        mv      s3, t0
1:      blt     s3, s0, fewer
        bgt     s3, s0, more
nap:    rdtime  a0
        li      t0, TICKS / 2
        add     a0, a0, t0
        call    sleep
        j       round

fewer:  sub     s4, s0, s3              # the last ones go back
        call    at_most_a_chunk
        sub     s0, s0, s4
        mv      a0, s0
        call    list_frames
        li      a0, PV_MEMORY_DECREASE
        la      a1, frames
        mv      a2, s4
        hypercall PV_MEMORY
        j       round

more:   sub     s4, s3, s0
        call    at_most_a_chunk
        mv      a0, s0
        call    list_frames
        li      a0, PV_MEMORY_INCREASE
        la      a1, frames
        mv      a2, s4
        hypercall PV_MEMORY
        add     s0, s0, a1              # so many there were
        beq     a1, s4, round
        j       nap                     # the host has none left: it knows now that we want more

end:    mv      a0, s0
        call    put_number
        la      a0, text
        call    puts
        li      a7, 8                   # SBI: shutdown
        ecall

at_most_a_chunk:
        li      t0, CHUNK
        ble     s4, t0, 1f
        mv      s4, t0
1:      ret

list_frames:                            # s4 frames of the cache, from the one of number a0 on
        la      t0, frames
        slli    a0, a0, 12
        li      t1, AREA
        add     a0, a0, t1
        mv      t1, s4
        li      t2, 4096
1:      sd      a0, (t0)
        addi    t0, t0, 8
        add     a0, a0, t2
        addi    t1, t1, -1
        bnez    t1, 1b
        ret

sleep:  mv      t1, a0                  # until time a0
        li      a7, 0x54494d45          # SBI: set_timer
        li      a6, 0
        ecall
1:      rdtime  t0
        bgeu    t0, t1, 2f
        wfi
        j       1b
2:      ret

puts:   mv      t1, a0
1:      lbu     a0, (t1)
        beqz    a0, 2f
        li      a7, 1                   # SBI: console_putchar
        ecall
        addi    t1, t1, 1
        j       1b
2:      ret

put_number:                             # a0, of four digits at the most
        li      t2, 1000
1:      divu    t1, a0, t2
        remu    a1, a0, t2
        addi    a0, t1, '0'
        li      a7, 1
        ecall
        mv      a0, a1
        li      t0, 10
        divu    t2, t2, t0
        bnez    t2, 1b
        ret

        .data
text:   .asciz  " frames\n"
        .balign 8
frames: .zero   8 * CHUNK
