    .globl _start
_start:
    nop
    li a0, 0
    li a0, 31
    li a0, -32
    li a0, 2047
    li a0, 2048
    li a0, 4096
    li a0, 0x12345
    li a0, 0x7fffffff
    li a0, 0x80000000
    li a0, 0xffffffff
    li a0, -0x80000000
    li a0, 0x8000000000000000
    li a0, 0x7fffffffffffffff
    li a0, 0xffffffffffffffff
    li a0, 0x123456789abcdef
    li a0, (8 << 60) | 0x80200
    li sp, 0x10000
    li zero, 5
    li t0, 'A'
    lui a0, %hi(0x12345678)
    addi a0, a0, %lo(0x12345678)
    lw a1, %lo(0x12345ffc)(a0)
1:  auipc a0, %pcrel_hi(value)
    addi a0, a0, %pcrel_lo(1b)
2:  auipc a1, %pcrel_hi(value + 8)
    ld a2, %pcrel_lo(2b)(a1)
    sd a2, %pcrel_lo(2b)(a1)
    csrw satp, t0 ; csrr a0, sstatus; csrrw a1, 0x340, a2
    csrsi sstatus, 2
    csrci mstatus, 8
    csrw sie, zero
    csrw stvec, 4
    csrrs a0, scause, x0
    rdcycle a0
    rdtime a1
    rdinstret a2
    sfence.vma
    sfence.vma a0
    sfence.vma a0, a1
    sret
    mret
    wfi
    ecall
    ebreak
    unimp
    fence
    fence rw, w
    fence.i
    fence.tso
    pause
    lr.w.aq a0, (a1)
    sc.d.rl a0, a2, (a1)
    amoswap.w.aqrl a0, a1, 0(a2)
    amomaxu.d a0, a1, (a2)
    mv a0, a1
    mv a0, zero
    not a0, a1
    neg a0, a0
    negw a0, a1
    sext.w a0, a0
    sext.b a0, a1
    sext.h a0, a1
    zext.b a0, a1
    zext.h a0, a1
    zext.w a0, a1
    seqz a0, a1
    snez a0, a1
    sltz a0, a1
    sgtz a0, a1
    sgt a0, a1, a2
    jr a0
    jr 4(a0)
    jalr a0
    jalr a0, a1
    jalr ra, 8(a1)
    ret
    call value
    call t0, value
    tail value
    jump value, t1
    add a0, a0, 5
    and a0, a0, 15
    sll a0, a0, 3
    slt a0, a1, 10
    ADDI a0, a1, 1
    addi x10, x11, 1
    addi fp, s0, 16
    mul a0, a1, a2
    divw a0, a1, a2
    remu a0, a1, a2
    c.addi a0, 1
    c.lwsp a0, 4(sp)
    c.sdsp ra, 8(sp)
    c.addi16sp sp, -64
    c.addi4spn a0, sp, 8
    c.nop
    .insn 0x00000013
    .insn 2, 0x0001
    .option arch, -c
    nop
    .option arch, +c
    nop
    .word 0x73
    .balign 16
    nop
    .data
value: .dword 1, 2
