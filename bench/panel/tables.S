# 64 MiB of page tables, and a million exits: 16384 tables of level 0, each entry of which maps one and the same frame, and calls of the firmware.

        .equ    TABLES, 16384
        .equ    EXITS, 1000000
        .equ    LEAF, 0xcf              # D A X W R V
        .equ    POINTER, 1

        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
        la      s0, tables              # level 0
        la      s1, middles             # level 1: 32 of them
        la      s2, root

        # The frame that all of them map: this program's.
        la      t0, _start
        srli    t0, t0, 12
        slli    t0, t0, 10
        ori     t0, t0, LEAF
        li      t1, TABLES * 512
        mv      t2, s0
1:      sd      t0, (t2)
        addi    t2, t2, 8
        addi    t1, t1, -1
        bnez    t1, 1b

        # Level 1: an entry for each table.
        mv      t2, s1
        srli    t3, s0, 2
        li      t1, TABLES
2:      ori     t4, t3, POINTER
        sd      t4, (t2)
        addi    t2, t2, 8
        li      t5, 1 << 10
        add     t3, t3, t5
        addi    t1, t1, -1
        bnez    t1, 2b

        # The root: the upper half of the lower addresses for them, and a large page for where we are.
        srli    t3, s1, 2
        addi    t2, s2, 8 * 32
        li      t1, 32
3:      ori     t4, t3, POINTER
        sd      t4, (t2)
        addi    t2, t2, 8
        li      t5, 1 << 10
        add     t3, t3, t5
        addi    t1, t1, -1
        bnez    t1, 3b
        li      t0, (0x80000000 >> 2) | LEAF
        sd      t0, 16(s2)
        srli    t0, s2, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma

        li      s3, EXITS
4:      li      a7, 0x10                # SBI: get_spec_version
        li      a6, 0
        ecall
        addi    s3, s3, -1
        bnez    s3, 4b
done:   nop
        li      a7, 8
        ecall
trap:   j       trap

        .section .bss
        .balign 4096
root:   .skip   4096
middles: .skip  32 * 4096
tables: .skip   TABLES * 4096
