# Page tables changed without a fence where the manual lets a kernel be lazy: an entry made valid, and permissions added.
# A stale translation may fault once; the handler fences and retries, as lazy kernels do. Only what must be equal everywhere is printed.
        .include "lib.inc"
        .equ VA, 0x40000000
main:
        la      t0, on_trap
        csrw    stvec, t0
        li      a0, 0
        call    paging_on
        li      s8, 0
1:      slli    s9, s8, 12              # page n: first invalid and touched, then valid without a fence
        li      t0, VA
        add     s9, s9, t0
        li      s7, 1                   # this fault is expected: skip the load
        .option push
        .option norvc
        ld      t1, 0(s9)
        .option pop
        mv      a0, s9
        li      t0, 0x40600000
        add     a1, s9, t0
        li      a2, PTE_V|PTE_R
        li      a3, 0
        call    map
        li      s7, 0                   # from here on a fault is spurious: fence and retry
        ld      t1, 0(s9)
        mv      a0, s9                  # now writable, without a fence
        li      t0, 0x40600000
        add     a1, s9, t0
        li      a2, PTE_V|PTE_R|PTE_W
        li      a3, 0
        call    map
        addi    t1, s8, 5
        sd      t1, 0(s9)
        ld      t2, 0(s9)
        add     s10, s10, t2
        addi    s8, s8, 1
        li      t0, 16
        bne     s8, t0, 1b
        show    "sum", s10
        show    "real faults", s4
        j       shutdown

        .balign 4
on_trap:
        csrw    sscratch, t0
        beqz    s7, spurious
        addi    s4, s4, 1
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        csrr    t0, sscratch
        sret
spurious:
        sfence.vma
        csrr    t0, sscratch
        sret
