    .globl _start
_start:
    .insn r 0x33, 0, 0, a0, a1, a2
    .insn r OP, 7, 0x20, t0, t1, t2
    .insn r CUSTOM_0, 1, 127, x0, x31, s11
    .insn r4 MADD, 0, 1, a0, a1, a2, a3
    .insn r MADD, 0, 1, a0, a1, a2, a3
    .insn i 0x13, 0, a0, a1, -2048
    .insn i OP_IMM, 7, a0, a1, 2047
    .insn i LOAD, 3, a0, 8(sp)
    .insn i 0x73, 1, zero, t0, 0x180
    .insn s STORE, 2, a0, -4(s0)
back:
    .insn b BRANCH, 0, a0, a1, back
    .insn sb BRANCH, 1, a0, zero, forward
    .insn u LUI, a0, 0xfffff
    .insn u 0x17, t0, 1
    .insn j JAL, ra, forward
    .insn uj 0x6f, zero, back
    .insn 0x12345013
    .insn 4, 0x00100073
    .insn 0x0001
    .insn 2, 0x8082
forward:
    nop
