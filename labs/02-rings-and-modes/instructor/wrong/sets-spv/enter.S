        .globl  enter
enter:
        li      t0, (3 << 11) | (1 << 39)
        csrc    mstatus, t0             # MPP, MPV
        andi    t1, a0, 1
        slli    t1, t1, 11
        csrs    mstatus, t1
        andi    t1, a0, 4
        slli    t1, t1, 37
        srli    t1, t1, 32
        csrs    hstatus, t1
        csrw    mepc, a1
        mret
