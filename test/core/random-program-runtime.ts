/** What surrounds the blocks of a random program: start, handlers that log every trap, the log's output, data and tables. */

export const PROLOGUE = `
    .option norvc
    .globl _start
_start:
    la sp, log
    la gp, machine_handler
    csrw mtvec, gp
    la gp, supervisor_handler
    csrw stvec, gp
    li gp, (1 << 54) - 1
    csrw pmpaddr0, gp
    li gp, 0x1f
    csrw pmpcfg0, gp
    csrwi mie, 0
    # No timer interrupt: mtimecmp is as far away as can be.
    li gp, -1
    li tp, 0x2004000
    sd gp, 0(tp)
`;

export const HANDLERS = `
    j block_0

    .balign 4
machine_handler:
    csrr gp, mcause
    sd gp, 0(sp)
    csrr gp, mepc
    sd gp, 8(sp)
    csrr gp, mtval
    sd gp, 16(sp)
    csrr gp, mstatus
    sd gp, 24(sp)
    addi sp, sp, 32
    csrr gp, mcause
    bltz gp, machine_interrupt
    addi gp, gp, -8
    sltiu gp, gp, 4
    beqz gp, 1f
    li gp, 0x777
    beq a7, gp, block_done
1:  csrr gp, mcause
    beqz gp, 2f
    addi gp, gp, -1
    beqz gp, 2f
    addi gp, gp, -11
    beqz gp, 2f
    csrr gp, mepc
    lhu tp, 0(gp)
    andi tp, tp, 3
    addi tp, tp, -3
    seqz tp, tp
    slli tp, tp, 1
    addi tp, tp, 2
    add gp, gp, tp
    csrw mepc, gp
    mret
2:  csrw mepc, s10
    mret
machine_interrupt:
    li gp, 0x222
    csrc mip, gp
    mret

    .balign 4
supervisor_handler:
    csrr gp, scause
    sd gp, 0(sp)
    csrr gp, sepc
    sd gp, 8(sp)
    csrr gp, stval
    sd gp, 16(sp)
    csrr gp, sstatus
    sd gp, 24(sp)
    addi sp, sp, 32
    csrr gp, scause
    bltz gp, supervisor_interrupt
    beqz gp, 2f
    addi gp, gp, -1
    beqz gp, 2f
    addi gp, gp, -11
    beqz gp, 2f
    li tp, 1 << 18
    csrs sstatus, tp
    csrr gp, sepc
    lhu tp, 0(gp)
    andi tp, tp, 3
    addi tp, tp, -3
    seqz tp, tp
    slli tp, tp, 1
    addi tp, tp, 2
    add gp, gp, tp
    csrw sepc, gp
    sret
2:  csrw sepc, s10
    sret
supervisor_interrupt:
    csrci sip, 2
    sret

block_done:
${Array.from({ length: 32 }, (_, index) => `    sd x${index}, ${index * 8}(sp)`).join('\n')}
    addi sp, sp, 256
    li gp, -1 << 12
    csrci mstatus, 8
    # What follows is found through s10: the end of the block is 'li a7; ecall; j'.
    csrr gp, mepc
    addi gp, gp, 8
    jr gp

    .balign 4096
blocks:
`;

export const EPILOGUE = `
    .balign 4096
blocks_end:
finish:
    csrw satp, zero
    li t0, 0x222
    csrc mip, t0
    mv s2, sp
    la s3, log
1:  bgeu s3, s2, 2f
    ld a0, 0(s3)
    call print
    addi s3, s3, 8
    j 1b
2:  la s3, data
    la s2, data_end
    call digests
    la s3, tables
    la s2, tables_end
    call digests
    csrr a0, sscratch
    call print
    csrr a0, mscratch
    call print
    csrr a0, scounteren
    call print
    li t0, 0x5555
    li t1, 0x100000
    sw t0, 0(t1)
3:  j 3b

# Prints a digest of each 64 bytes from s3 to s2.
digests:
    mv s4, ra
1:  bgeu s3, s2, 2f
    li a0, 0
    li t0, 8
    li t2, 0x100000001b3
3:  ld t1, 0(s3)
    xor a0, a0, t1
    mul a0, a0, t2
    addi s3, s3, 8
    addi t0, t0, -1
    bnez t0, 3b
    call print
    j 1b
2:  jr s4

# Prints a0 in hexadecimal.
print:
    li t0, 60
    li t1, 0x10000000
1:  srl t2, a0, t0
    andi t2, t2, 15
    addi t2, t2, '0'
    li t3, '9'
    ble t2, t3, 2f
    addi t2, t2, 'a' - '0' - 10
2:  sb t2, 0(t1)
    addi t0, t0, -4
    bgez t0, 1b
    li t2, 10
    sb t2, 0(t1)
    ret

    .balign 4096
data:
    .set value, 0x1234567
    .rept 8192
    .set value, (value * 1103515245 + 12345) & 0xffffffff
    .dword value
    .endr
data_end:
    .balign 4096
log:
    .zero 0x40000
tables:
${['s', 'u'].flatMap((root) => ['wide', 'root', 'code', 'pages', 'middle', 'window'].map((table) => `${table}_${root}: .zero 4096`)).join('\n')}
tables_end:
`;
