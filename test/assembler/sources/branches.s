    .globl _start
_start:
1:  beqz a0, 1f
    bnez a5, 1b
    beq a0, a1, 2f
    j 1b
    beqz a0, far
    bnez t0, far
    blt a0, a1, far
    bgtu a0, a1, near
    ble a0, a1, far
    .option push
    .option norvc
    beqz a0, near
    j near
    .option pop
    c.beqz a0, far
    c.j far
    .skip 300
near:
1:  beqz a0, 1b
2:  c.bnez a1, 1b
    .skip 5000
far:
    beqz a0, _start
    beqz s0, near
    j near
    jal near
    jal zero, far
    jal t0, far
    bne a0, zero, far
    bne zero, a0, far
    beq a0, a1, .+8
    beq a0, a1, . - 4
    j .
    j .+2048
    .globl shared
shared:
    j shared
    beqz a0, shared
    .weak soft
soft:
    beqz a0, soft
    j soft
    .balign 8
    .skip 2040
edge:
    j edge - 2048
    nop
    beqz a0, .+254
    beqz a0, .+256
    beqz a0, .-256
    beqz a0, .-258
    .data
    .word 2b - 1b
