# A hypervisor of its own on the bare machine, with a guest that meets one fault after another: of each the handler skips the instruction.
# Built with FIRMWARE_NONE it starts in M-mode from reset.

#define V 0x01
#define R 0x02
#define W 0x04
#define X 0x08
#define U 0x10
#define A 0x40
#define D 0x80
#define SV39 (8 << 60)
#define VMID (5 << 44)
#define ASID (7 << 44)
#define SPP (1 << 8)
#define SPV (1 << 7)
#define SPVP (1 << 8)
#define PAGE_FAULTS ((1 << 12) | (1 << 13) | (1 << 15))

        .macro  entry table, index, target, flags
        lla     t0, \target
        srli    t0, t0, 2
        ori     t0, t0, \flags
        lla     t1, \table
        li      t2, \index * 8
        add     t1, t1, t2
        sd      t0, (t1)
        .endm

        .globl  _start
_start:
#ifdef FIRMWARE_NONE
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, 0xf0b5ff
        csrw    medeleg, t0
        lla     t0, machine_trap
        csrw    mtvec, t0
        li      t0, 3 << 11
        csrc    mstatus, t0
        li      t0, 1 << 11
        csrs    mstatus, t0
        lla     t0, hypervisor
        csrw    mepc, t0
        mret
#endif
hypervisor:
        lla     sp, stack
before: lla     t0, trap
        csrw    stvec, t0

        # The second stage: RAM by identity, in one page; GPA 0x1000 is the page of data, but U is forgotten.
        li      t0, (0x80000000 >> 2) | V | R | W | X | U | A | D
        lla     t1, second
        sd      t0, 16(t1)
        entry   second, 0, second_middle, V
        entry   second_middle, 0, second_last, V
        entry   second_last, 1, data, V | R | W | A | D
        entry   second_last, 3, data, V | R | U | A | D
        lla     t0, second
        srli    t0, t0, 12
        li      t1, SV39 | VMID
        or      t0, t0, t1
        csrw    hgatp, t0

        # The guest's own tables: RAM by identity; 0x5000 is GPA 0x1000, 0x6000 GPA 0x3000; what is at 0x40000000 is not in its memory.
        li      t0, (0x80000000 >> 2) | V | R | W | X | A | D
        lla     t1, first
        sd      t0, 16(t1)
        li      t0, (0x2000 >> 2) | V
        sd      t0, 8(t1)
        entry   first, 0, first_middle, V
        entry   first_middle, 0, first_last, V
        lla     t1, first_last
        li      t0, (0x1000 >> 2) | V | R | W | A | D
        sd      t0, 5 * 8(t1)
        li      t0, (0x3000 >> 2) | V | R | W | A | D
        sd      t0, 6 * 8(t1)
        lla     t0, first
        srli    t0, t0, 12
        li      t1, SV39 | ASID
        or      t0, t0, t1
        csrw    vsatp, t0
        li      t0, PAGE_FAULTS
        csrw    hedeleg, t0
        lla     t0, guest_trap
        csrw    vstvec, t0
        hfence.gvma
        hfence.vvma

        li      t0, SPV | SPVP
        csrs    hstatus, t0
        li      t0, SPP
        csrs    sstatus, t0
        lla     t0, guest
        csrw    sepc, t0
enter:  sret

guest:  lui     t0, 5
no_user: ld     a0, 8(t0)
        li      t0, 0x40000000
no_table: ld    a0, (t0)
        lui     t0, 6
no_write: sd    a0, 16(t0)
cached: ld      a0, (t0)
own:    ld      a0, 0x700(zero)
        li      a7, 8
        ecall

        .balign 4
guest_trap:
        csrr    t1, sepc
        addi    t1, t1, 4
        csrw    sepc, t1
        sret

        .balign 4
trap:   csrr    t1, scause
        li      t2, 10
        beq     t1, t2, ended
        li      t2, 0x6000
        hlv.d   a1, (t2)
after_hlv:
        csrr    t1, sepc
        addi    t1, t1, 4
        csrw    sepc, t1
        sret
ended:
#ifdef FIRMWARE_NONE
        ecall
        .balign 4
machine_trap:
        li      t0, 0x5555
        li      t1, 0x100000
        sw      t0, (t1)
        j       .
#else
        li      a7, 8
        ecall
#endif

        .bss
        .balign 16384
second: .skip   16384
second_middle: .skip 4096
second_last: .skip 4096
first:  .skip   4096
first_middle: .skip 4096
first_last: .skip 4096
data:   .skip   4096
        .skip   4096
stack:
