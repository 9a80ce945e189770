# Reads sectors through virtio-blk: one, several at once, the last one, one behind the end; an unknown request type.
        .include "lib.inc"
        .include "blk.inc"
main:   la      t0, report_and_skip
        csrw    stvec, t0
        call    blk_init
        mv      s0, a0
        show    "init", s0
        li      t0, VIRTIO + 0x100      # capacity in sectors
        lwu     s1, 0(t0)
        show    "capacity", s1
        li      s2, 0
1:      li      a0, 0
        mv      a1, s2
        la      a2, buffer
        li      a3, 512
        call    blk
        mv      s0, a0
        call    sum
        show    "status", s0
        show    "sum", s3
        addi    s2, s2, 1
        li      t0, 4
        bne     s2, t0, 1b
        li      a0, 0                   # eight sectors at once
        li      a1, 3
        la      a2, buffer
        li      a3, 4096
        call    blk
        mv      s0, a0
        call    sum
        show    "status", s0
        show    "sum", s3
        li      a0, 0                   # the last sector
        addi    a1, s1, -1
        la      a2, buffer
        li      a3, 512
        call    blk
        mv      s0, a0
        show    "last", s0
        li      a0, 0                   # behind the end: an I/O error
        mv      a1, s1
        la      a2, buffer
        li      a3, 512
        call    blk
        mv      s0, a0
        show    "behind", s0
        li      a0, 0x60                # no such type (even: the device writes the data buffer)
        li      a1, 0
        la      a2, buffer
        li      a3, 512
        call    blk_submit
        call    blk_wait
        mv      s0, a0
        show    "unknown", s0
        la      t0, blk_used            # what the device says that it wrote
        lhu     s4, 2(t0)
        show    "used", s4
        j       shutdown
sum:    la      t0, buffer
        li      t1, 512
        li      s3, 0
1:      ld      t2, 0(t0)
        slli    t3, s3, 1
        srli    s3, s3, 63
        or      s3, s3, t3
        xor     s3, s3, t2
        addi    t0, t0, 8
        addi    t1, t1, -1
        bnez    t1, 1b
        ret
        .bss
        .balign 4096
buffer: .skip   4096
