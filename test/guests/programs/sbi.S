# The SBI: what must be equal on every implementation. Version and implementation numbers are not printed.
        .include "lib.inc"
        .macro  call_sbi label, extension, function
        li      a7, \extension
        li      a6, \function
        ecall
        mv      s0, a0
        mv      s1, a1
        show    "\label error", s0
        show    "\label value", s1
        .endm
main:   la      t0, report_and_skip
        csrw    stvec, t0
        mv      s8, sp
        li      a0, 0x10
        call_sbi "probe base", 0x10, 3
        li      a0, 0x54494D45
        call_sbi "probe time", 0x10, 3
        li      a0, 0x735049
        call_sbi "probe ipi", 0x10, 3
        li      a0, 0x52464E43
        call_sbi "probe rfence", 0x10, 3
        li      a0, 0x48534D
        call_sbi "probe hsm", 0x10, 3
        li      a0, 0x53525354
        call_sbi "probe srst", 0x10, 3
        li      a0, 0x0bad
        call_sbi "probe nothing", 0x10, 3
        li      a0, 0
        li      a1, 0
        li      a7, 0x0bad              # no such extension
        ecall
        mv      s0, a0
        show    "unknown", s0
        li      a0, 0
        li      a7, 0x54494D45          # no such function
        li      a6, 7
        ecall
        mv      s0, a0
        show    "function", s0
        li      a0, 0
        call_sbi "status", 0x48534D, 2
        li      a0, 77
        li      a7, 0x48534D
        li      a6, 2
        ecall
        mv      s0, a0
        show    "status 77", s0
        li      a0, 0                   # already started
        la      a1, main
        li      a7, 0x48534D
        li      a6, 0
        ecall
        mv      s0, a0
        show    "start", s0
        li      a0, 1
        li      a1, 0
        li      a2, 0
        li      a3, 0
        li      a7, 0x52464E43
        li      a6, 1
        ecall
        mv      s0, a0
        show    "sfence", s0
        li      a0, 1
        li      a1, 0
        li      a7, 0x52464E43
        li      a6, 0
        ecall
        mv      s0, a0
        show    "fence.i", s0
        li      a0, 9
        li      a1, 0
        li      a7, 0x53525354          # no such reset type
        li      a6, 0
        ecall
        mv      s0, a0
        show    "reset 9", s0
        li      t0, 0x1234567887654321  # every other register keeps its value
        mv      t1, t0
        mv      a2, t0
        mv      s9, t0
        li      a0, '!'
        li      a7, 1
        ecall
        xor     s0, t0, t1
        xor     a2, a2, s9
        or      s0, s0, a2
        show    "kept", s0
        li      a0, 0                   # off, without a reason
        li      a1, 0
        li      a7, 0x53525354
        li      a6, 0
        ecall
        print   "still here\n"
        j       shutdown
