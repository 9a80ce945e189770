# A driver for the virtio block device (virtio 1.2, sections 2.7, 4.2.2 and 5.2): one queue, one request at a time, polling.

#include "kernel.h"

#define QUEUE_SIZE          8
#define DESC_F_NEXT         1
#define DESC_F_WRITE        2

        .section .text

# disk_init: returns 0, or -1 when there is no disk.
        .globl  disk_init
disk_init:
        li      t0, VIRTIO
        li      a0, -1
        lw      t1, 0x008(t0)           # DeviceID: 2 is a block device, 0 an empty slot
        li      t2, 2
        bne     t1, t2, 1f
        sw      zero, 0x070(t0)         # Status: reset
        li      t1, 1 | 2               # ACKNOWLEDGE, DRIVER
        sw      t1, 0x070(t0)
        li      t1, 1
        sw      t1, 0x024(t0)           # DriverFeaturesSel 1, DriverFeatures: VERSION_1
        sw      t1, 0x020(t0)
        li      t1, 1 | 2 | 8           # FEATURES_OK
        sw      t1, 0x070(t0)
        sw      zero, 0x030(t0)         # QueueSel
        li      t1, QUEUE_SIZE
        sw      t1, 0x038(t0)           # QueueNum
        la      t1, descriptors
        sw      t1, 0x080(t0)
        sw      zero, 0x084(t0)
        la      t1, available
        sw      t1, 0x090(t0)
        sw      zero, 0x094(t0)
        la      t1, used
        sw      t1, 0x0a0(t0)
        sw      zero, 0x0a4(t0)
        li      t1, 1
        sw      t1, 0x044(t0)           # QueueReady
        li      t1, 1 | 2 | 8 | 4       # DRIVER_OK
        sw      t1, 0x070(t0)
        li      a0, 0
1:      ret

# disk_read: reads sector a0 (512 bytes) into the page at a1. Returns the status: 0 is OK.
        .globl  disk_read
disk_read:
        la      t0, request             # header: type 0 (read), sector
        sd      zero, 0(t0)
        sd      a0, 8(t0)
        la      t1, descriptors         # a chain of three buffers:
        sd      t0, 0(t1)               # the header,
        li      t2, 16
        sw      t2, 8(t1)
        li      t2, DESC_F_NEXT | 1 << 16
        sw      t2, 12(t1)
        sd      a1, 16(t1)              # the data, which the device writes,
        li      t2, 512
        sw      t2, 24(t1)
        li      t2, DESC_F_NEXT | DESC_F_WRITE | 2 << 16
        sw      t2, 28(t1)
        la      t0, status              # and one byte of status, also the device's
        sd      t0, 32(t1)
        li      t2, 1
        sw      t2, 40(t1)
        li      t2, DESC_F_WRITE
        sw      t2, 44(t1)
        la      t0, available           # the chain starts at descriptor 0: put it into the ring
        lhu     t1, 2(t0)
        andi    t2, t1, QUEUE_SIZE - 1
        slli    t2, t2, 1
        add     t2, t2, t0
        sh      zero, 4(t2)
        fence   rw, rw
        addi    t1, t1, 1
        sh      t1, 2(t0)
        fence   rw, rw
        li      t0, VIRTIO
        sw      zero, 0x050(t0)         # QueueNotify: the device may look
        la      t0, used
1:      lhu     t2, 2(t0)               # wait until it has put the chain into its own ring
        bne     t1, t2, 1b
        fence   rw, rw
        la      t0, status
        lbu     a0, 0(t0)
        ret

        .section .bss
        .balign 4096
descriptors:    .skip   16 * QUEUE_SIZE
available:      .skip   4 + 2 * QUEUE_SIZE + 2
        .balign 4
used:           .skip   4 + 8 * QUEUE_SIZE + 2
        .balign 8
request:        .skip   16
status:         .skip   8
