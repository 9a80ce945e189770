# A driver of virtio's entropy device. Nothing is to be changed here.

        .equ    DEVICE, 0x10001000      # the first slot
        .equ    SIZE, 4                 # of the queue

        .globl  _start, descriptors, available, used
_start: la      sp, stack_top
        li      s0, DEVICE
        sw      zero, 0x70(s0)          # status: reset
        li      t0, 1 | 2               # acknowledged, there is a driver
        sw      t0, 0x70(s0)
        li      t0, 1
        sw      t0, 0x24(s0)            # features 32 to 63:
        sw      t0, 0x20(s0)            # version 1
        sw      zero, 0x24(s0)
        sw      zero, 0x20(s0)
        li      t0, 1 | 2 | 8           # features are agreed on
        sw      t0, 0x70(s0)
        sw      zero, 0x30(s0)          # the queue 0
        li      t0, SIZE
        sw      t0, 0x38(s0)
        la      t0, descriptors
        sw      t0, 0x80(s0)
        sw      zero, 0x84(s0)
        la      t0, available
        sw      t0, 0x90(s0)
        sw      zero, 0x94(s0)
        la      t0, used
        sw      t0, 0xa0(s0)
        sw      zero, 0xa4(s0)
        li      t0, 1
        sw      t0, 0x44(s0)            # the queue is ready
        li      t0, 1 | 2 | 8 | 4       # and so is the driver
        sw      t0, 0x70(s0)
ready:
        li      s1, 6                   # requests
        li      s2, 0                   # those that came back right
again:  la      t0, buffer
        sd      zero, 0(t0)
        sd      zero, 8(t0)
        la      a0, buffer
        li      a1, 16
        call    ring_add
added:  sw      zero, 0x50(s0)          # there is something to do
notified:
        call    ring_wait
waited: li      t0, 16
        bne     a0, t0, 1f
        la      t0, buffer
        ld      t1, 0(t0)
        ld      t2, 8(t0)
        beqz    t1, 1f
        beqz    t2, 1f
        addi    s2, s2, 1
1:      addi    s1, s1, -1
        bnez    s1, again
finished:
        li      a1, 0
        li      t0, 6
        beq     s2, t0, 2f
        li      a1, 1
2:      li      a0, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

        .data
        .balign 16
descriptors:
        .space  16 * SIZE
available:
        .half   0, 0
        .space  2 * SIZE
        .balign 4
used:   .half   0, 0
        .space  8 * SIZE
        .balign 8
buffer: .space  16
        .balign 16
        .space  4096
stack_top:
