# A hypervisor of its own on the bare machine with two guests that it runs in turn on each hart, then a third one under the VMID of the first, and
# a fourth one without a second stage. Each guest counts for a while and calls. Built with FIRMWARE_NONE it starts in M-mode from reset, on HARTS
# harts; built with MISALIGNED the second guest first does something that the firmware may have to do for it.

#define V 0x01
#define R 0x02
#define W 0x04
#define X 0x08
#define U 0x10
#define A 0x40
#define D 0x80
#define SV39 (8 << 60)
#define SPP (1 << 8)
#define SPV (1 << 7)
#define SPVP (1 << 8)
#define VS_ECALL 10
#ifndef ROUNDS
#define ROUNDS 20
#endif
#ifndef HARTS
#define HARTS 1
#endif

# What a hart keeps: who runs, how many calls there were, the hart's number, and of each guest hgatp, pc and s0.
#define WHO 0
#define CALLS 8
#define HART 16
#define GUESTS 32
#define HGATP 0
#define PC 8
#define S0 16

        .macro  guest number, vmid, root, entry
        lla     t0, \root
        srli    t0, t0, 12
        li      t1, SV39 | (\vmid << 44)
        or      t0, t0, t1
        sd      t0, GUESTS + 32 * \number + HGATP(tp)
        lla     t0, \entry
        sd      t0, GUESTS + 32 * \number + PC(tp)
        .endm

        # RAM by identity, in one page.
        .macro  map root
        li      t0, (0x80000000 >> 2) | V | R | W | X | U | A | D
        lla     t1, \root
        sd      t0, 16(t1)
        .endm

        .globl  _start
_start:
#ifdef FIRMWARE_NONE
        csrr    a0, mhartid
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, 0xf0b5ff
        csrw    medeleg, t0
        li      t0, 3 << 11
        csrc    mstatus, t0
        li      t0, 1 << 11
        csrs    mstatus, t0
        lla     t0, hypervisor
        csrw    mepc, t0
        mret
#endif
hypervisor:
        lla     tp, places
        slli    t0, a0, 8
        add     tp, tp, t0
        sd      a0, HART(tp)
before: lla     t0, trap
        csrw    stvec, t0
        map     first
        map     second
        map     third
        guest   0, 3, first, short
        guest   1, 4, second, long
        guest   2, 3, third, short
        lla     t0, short
        sd      t0, GUESTS + 32 * 3 + PC(tp)    # hgatp stays 0
        hfence.gvma
#ifdef MISALIGNED
        # SBI FWFT: misaligned accesses are the firmware's.
        li      a7, 0x46574654
        li      a6, 0
        li      a0, 0
        li      a1, 0
        li      a2, 0
        ecall
        bnez    a0, failed
#endif
        j       next

        .balign 4
trap:   csrr    t1, scause
        li      t2, VS_ECALL
        bne     t1, t2, failed
        # Where the guest is to go on.
        ld      t0, WHO(tp)
        slli    t0, t0, 5
        add     t0, t0, tp
        csrr    t1, sepc
        addi    t1, t1, 4
        sd      t1, GUESTS + PC(t0)
        sd      s0, GUESTS + S0(t0)
        ld      t0, CALLS(tp)
        addi    t0, t0, 1
        sd      t0, CALLS(tp)

next:   ld      t0, CALLS(tp)
        li      t1, ROUNDS
        bltu    t0, t1, turn
        sub     t0, t0, t1
        addi    t0, t0, 2
        li      t1, 4
        bltu    t0, t1, choose
        j       done
turn:   ld      t1, HART(tp)
        add     t0, t0, t1
        andi    t0, t0, 1
choose: sd      t0, WHO(tp)
        slli    t0, t0, 5
        add     t0, t0, tp
        ld      t1, GUESTS + HGATP(t0)
write:  csrw    hgatp, t1
        ld      t1, GUESTS + PC(t0)
        csrw    sepc, t1
        ld      s0, GUESTS + S0(t0)
        hfence.gvma
        li      t0, SPV | SPVP
        csrs    hstatus, t0
        li      t0, SPP
        csrs    sstatus, t0
enter:  sret

done:   lla     t0, finished
        li      t1, 1
        amoadd.d t1, t1, (t0)
        li      t2, HARTS - 1
        bne     t1, t2, idle
        li      t0, 0x5555
        j       finish
failed: li      t0, 0x13333
finish: li      t1, 0x100000
        sw      t0, (t1)
idle:   wfi
        j       idle

# 2 + 2 * 100 instructions up to the call, and one back.
short:  addi    s0, s0, 1
        li      t0, 100
1:      addi    t0, t0, -1
        bnez    t0, 1b
        ecall
        j       short

# 2 + 2 * 1000.
long:
#ifdef MISALIGNED
        lla     t1, places
skewed: lw      t1, 1(t1)
#endif
        addi    s0, s0, 1
        li      t0, 1000
2:      addi    t0, t0, -1
        bnez    t0, 2b
        ecall
        j       long

        .bss
        .balign 16384
first:  .skip   16384
second: .skip   16384
third:  .skip   16384
places: .skip   256 * 8
finished: .skip 8
