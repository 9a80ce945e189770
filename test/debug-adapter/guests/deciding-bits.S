# Traps by the bits that make them: each case goes down into a mode by mret, where one instruction traps to M-mode.

        .equ    TVM, 1 << 20
        .equ    TW, 1 << 21
        .equ    TSR, 1 << 22
        .equ    VTVM, 1 << 20
        .equ    VTW, 1 << 21
        .equ    VTSR, 1 << 22
        .equ    MPV, 1 << 39
        .equ    MPP, 3 << 11

        .macro  case privilege, virtual, mstatus, hstatus, instruction:vararg
        li      t0, MPP | MPV | TVM | TW | TSR
        csrc    mstatus, t0
        li      t0, (\privilege << 11) | (\virtual << 39) | \mstatus
        csrs    mstatus, t0
        li      t0, VTVM | VTW | VTSR
        csrc    hstatus, t0
        li      t0, \hstatus
        csrs    hstatus, t0
        la      t0, 1f
        csrw    mepc, t0
        la      s1, 2f
        mret
1:      \instruction
        j       .
2:
        .endm

_start: li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        la      t0, trap
        csrw    mtvec, t0
        csrw    mcounteren, zero
        case    1, 0, TVM, 0, csrr a0, satp
        case    1, 0, TVM, 0, sfence.vma
        case    1, 0, TSR, 0, sret
        case    1, 0, TW, 0, wfi
        case    0, 0, 0, 0, csrr a0, sstatus
        case    0, 0, 0, 0, sret
        case    1, 0, 0, 0, mret
        case    1, 0, 0, 0, rdcycle a0
        case    1, 1, 0, VTVM, csrr a0, satp
        case    1, 1, 0, VTVM, sfence.vma
        case    1, 1, 0, VTSR, sret
        case    1, 1, 0, VTW, wfi
        case    1, 1, 0, 0, csrr a0, hgatp
        case    0, 1, 0, 0, ecall
        case    1, 0, TVM, 0, csrr a0, hgatp
        case    1, 0, TVM, 0, hfence.gvma
        case    1, 1, 0, 0, hfence.gvma
        case    0, 0, 0, 0, wfi
        case    0, 0, 0, 0, sfence.vma
        li      t0, 2                   # time, of which hcounteren says no
        csrw    mcounteren, t0
        csrw    hcounteren, zero
        case    1, 1, 0, 0, rdtime a0
        j       .

        .balign 4
trap:   jr      s1
