# Tries instructions in U-mode, and compares what becomes of them with what traps says.

#define ILLEGAL         2               /* cause: illegal instruction */
#define SPP             (1 << 8)

        .section .text
        .globl  _start
_start: la      sp, stack_top
        la      t0, back
        csrw    stvec, t0
        li      t0, 7
        csrw    scounteren, t0          # cycle, time and instret are there for U-mode
        la      s0, instructions
        la      s1, instructions_end
        call    try
got_instructions:
        la      s0, reads
        la      s1, reads_end
        call    try
got_reads:
        la      s0, writes
        la      s1, writes_end
        call    try
got_writes:
        li      a0, 0
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

# try: each instruction from s0 to s1. s3 is how many there are, s2 of how many traps was right.
try:    mv      s6, ra
        li      s2, 0
        li      s3, 0
1:      lwu     s4, (s0)
        la      t0, slot
        sw      s4, (t0)
        fence.i
        csrw    sepc, t0
        li      t0, SPP
        csrc    sstatus, t0
        sret                            # to the slot, in U-mode
        .balign 4
back:   csrr    s5, scause              # from there: of the instruction itself, or of the ecall behind it
tried:  mv      a0, s4
        call    traps
        addi    s5, s5, -ILLEGAL
        seqz    s5, s5
        addi    s3, s3, 1
        bne     a0, s5, 2f
        addi    s2, s2, 1
2:      addi    s0, s0, 4
        bne     s0, s1, 1b
        jr      s6

        .section .data
        .balign 4
slot:   .4byte  0
        .4byte  0x00000073              # ecall

        .section .bss
        .balign 16
        .skip   1024
stack_top:
