# What a guest must not do: machine-mode CSRs and instructions, reserved encodings, memory that is not there or the firmware's,
# devices that are not there. Every time the hardware's own trap.
        .include "lib.inc"
main:   la      t0, report_and_skip
        csrw    stvec, t0
        .option push
        .option norvc
        csrr    t0, mstatus
        csrw    mtvec, zero
        csrr    t0, mhartid
        csrw    satp, zero              # allowed
        csrw    cycle, zero             # read-only
        csrrw   t0, 0x5c0, zero         # no such CSR
        csrr    t0, 0x7b0               # debug mode's
        mret
        .word   0xffffffff
        .word   0x0000007f
        .2byte  0x0000
        .word   0xc0001073              # unimp
        li      t0, 0x80000000          # the firmware's memory
        lw      t1, 0(t0)
        li      t0, 0x80000000
        sw      t1, 0(t0)
        li      t0, 0x8007fff8
        ld      t1, 0(t0)
        li      t0, 0x18000000          # nothing there
        lb      t1, 0(t0)
        li      t0, 0x18000000
        sb      t1, 0(t0)
        li      t0, 0x18000000
        lr.d    t1, (t0)
        li      t0, -8                  # beyond physical addresses
        ld      t1, 0(t0)
        li      t0, 0x02000000          # the CLINT: machine mode's
        lw      t1, 0(t0)
        li      t0, 0x8fffffff8         # behind RAM
        ld      t1, 0(t0)
        ebreak
        la      t0, word                # a reservation on a misaligned address
        addi    t0, t0, 2
        lr.w    t1, (t0)
        .option pop
        la      t0, on_fetch            # jumps to nowhere: the handler goes back to ra
        csrw    stvec, t0
        li      t0, 0x18000000
        jalr    t0
        li      t0, 0x80000000
        jalr    t0
        li      t0, -4
        jalr    t0
        print   "survived\n"
        j       shutdown
        .balign 4
on_fetch:
        mv      s9, ra
        csrr    s1, scause
        csrr    s2, stval
        csrr    s3, sepc
        show    "cause", s1
        show    "stval", s2
        show    "sepc", s3
        csrw    sepc, s9
        sret
        .data
        .balign 8
word:   .dword  0, 0
