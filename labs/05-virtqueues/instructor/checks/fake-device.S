# Asks for buffers of other lengths, and answers as a device that has written less than there was room for.

        .globl  _start, descriptors, available, used
_start: la      sp, stack_top
        li      s0, 5                   # requests
        la      s1, buffers
        li      s2, 0x10018             # bytes
again:  mv      a0, s1
        mv      a1, s2
        call    ring_add
added:  la      t0, available
        lhu     t1, 2(t0)               # as many have been added
        addi    t1, t1, -1
        andi    t2, t1, 3
        la      t0, used
        slli    t3, t2, 3
        add     t3, t0, t3
        sw      t2, 4(t3)
        addi    t4, s2, -7              # seven bytes less
        sw      t4, 8(t3)
        fence   w, w
        addi    t1, t1, 1
        sh      t1, 2(t0)
        call    ring_wait
waited: addi    s1, s1, 64
        addi    s2, s2, 8
        addi    s0, s0, -1
        bnez    s0, again
        li      a7, 8
        ecall
        j       .

        .data
        .balign 16
descriptors:
        .space  16 * 4
available:
        .half   0, 0
        .space  2 * 4
        .balign 4
used:   .half   0, 0
        .space  8 * 4
        .balign 16
buffers:
        .space  64 * 5
        .balign 16
        .space  4096
stack_top:
