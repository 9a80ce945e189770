# The block read, ported: the driver is the same, and so is what it costs. The kernel maps the registers of the disk with U=0, so that each access comes to the VMM.
# It needs a disk: --disk disk.img.
#include "measure.h"
#include "../para/pv.S"
#include "../disk.S"

        .equ    measure_operations, 100
        .equ    SECTORS, 2              # of these, in turn

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, wrong
        la      a1, stack_top
        hypercall PV_SET_TRAP
        li      t0, VIRTIO >> 2 | PTE_V | PTE_R | PTE_W
        sd      t0, leaves + (VIRTIO >> 12 << 3 & 0xff8), t1
        la      a0, leaves
        li      a1, PTE_V
        call    pv_entry
        sd      a0, middle + (VIRTIO >> 21 << 3), t0
        la      a0, middle
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        la      a0, middle
        li      a1, PTE_V
        call    pv_entry
        mv      s0, a0
        ld      a0, pv_first_root
        call    pv_virtual
        mv      a1, s0
        call    pv_set_entry            # the first GiB, with both tables at once

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
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

        .section .bss
        .balign PAGE
middle: .skip   PAGE
leaves: .skip   PAGE
tables_end:
sector: .skip   PAGE
        .skip   PAGE
stack_top:
