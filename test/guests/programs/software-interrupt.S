# Software interrupts: by sip.SSIP, by the SBI's IPI extension and its legacy call, masked and unmasked.
        .include "lib.inc"
        .equ SSIE, 2
main:   la      t0, on_trap
        csrw    stvec, t0
        csrsi   sip, SSIE               # pending, not enabled
        csrr    s1, sip
        andi    s1, s1, SSIE
        show    "sip", s1
        csrsi   sstatus, SIE
        show    "taken", s0
        csrsi   sie, SSIE               # enabled: taken now
        show    "taken", s0
        csrci   sstatus, SIE
        li      a0, 1                   # IPI to ourselves, masked
        li      a1, 0
        li      a7, 0x735049
        li      a6, 0
        ecall
        mv      s2, a0
        show    "error", s2
        csrr    s1, sip
        andi    s1, s1, SSIE
        show    "sip", s1
        csrsi   sstatus, SIE
        show    "taken", s0
        la      a0, mask                # the legacy call: the mask stands in memory
        li      a7, 4
        ecall
        show    "taken", s0
        csrci   sstatus, SIE
        csrsi   sip, SSIE
        csrw    sip, zero               # cleared by writing sip
        csrsi   sstatus, SIE
        show    "taken", s0
        li      a0, 1                   # a hart that does not exist
        li      a1, 999
        li      a7, 0x735049
        li      a6, 0
        ecall
        mv      s2, a0
        show    "error", s2
        li      t0, SSIE                # an interrupt taken between two instructions keeps every register
        li      s3, 100
        li      s4, 0
2:      csrs    sip, t0
        add     s4, s4, s3
        addi    s3, s3, -1
        bnez    s3, 2b
        show    "sum", s4
        show    "taken", s0
        j       shutdown
        .balign 4
on_trap:
        csrci   sip, SSIE
        addi    s0, s0, 1
        sret
        .data
mask:   .dword  1
