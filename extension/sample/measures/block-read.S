# The block read: sectors of a virtio disk, one after the other. It needs a disk: --disk disk.img.
#include "measure.h"
#include "../disk.S"

        .equ    measure_operations, 100
        .equ    SECTORS, 2              # of these, in turn

        .section .text
        .globl  _start
_start: la      t0, wrong
        csrw    stvec, t0
        call    disk_init
        bnez    a0, wrong               # there is no disk
        li      s0, measure_operations
measure_begin:
        andi    a0, s0, SECTORS - 1
        la      a1, sector
        call    disk_read
        bnez    a0, wrong
        addi    s0, s0, -1
        bnez    s0, measure_begin
measure_end:
        power_off
        .balign 4
wrong:  power_off SRST_SYSTEM_FAILURE

        .section .bss
        .balign PAGE
sector: .skip   PAGE
