/** What surrounds the blocks of a random program for two-stage translation: start, handlers of M, HS and VS that log every trap, tables. */

const LOG = (csrs: readonly string[]): string =>
  [
    ...csrs.map((csr, index) => `    csrr gp, ${csr}\n    sd gp, ${index * 8}(sp)`),
    `    addi sp, sp, ${csrs.length * 8}`,
  ].join('\n');

/** Of mtinst and htinst only pseudo-instructions are compared: a machine may always give 0 for a transformed instruction. */
const WITHOUT_TRANSFORMED = `    andi tp, gp, 1
    addi tp, tp, -1
    and gp, gp, tp
    sd gp, -8(sp)`;

/**
 * Where it is no guest-page fault, htval and mtval2 are 0; QEMU leaves in them what was there, at interrupts too: the numbers of those
 * are none of a guest-page fault's.
 */
const withoutStale = (cause: string, place: number): string => `    csrr tp, ${cause}
    li gp, 0xb00000
    srl gp, gp, tp
    andi gp, gp, 1
    bnez gp, 6f
    sd zero, ${place}(sp)
6:  ld gp, -8(sp)`;

/** A fault of an implicit access is of the kind of the explicit one; to QEMU it is always a load's. */
const implicitAsLoad = (place: number): string => `    beqz gp, 7f
    li gp, 0x15
    sd gp, ${place}(sp)
7:`;

/** QEMU gives 0 for the value of a virtual-instruction exception, but the bits for an illegal instruction's. */
const withoutInstruction = (cause: string, place: number): string => `    csrr gp, ${cause}
    addi gp, gp, -22
    bnez gp, 5f
    sd zero, ${place}(sp)
5:`;

/** Goes on after the instruction at `epc`, or after a fetch that failed at s10. */
const resume = (cause: string, epc: string, back: string): string => `
    csrr gp, ${cause}
    beqz gp, 2f
    addi gp, gp, -1
    beqz gp, 2f
    addi gp, gp, -11
    beqz gp, 2f
    addi gp, gp, -8
    beqz gp, 2f
    csrr gp, ${epc}
    lhu tp, 0(gp)
    andi tp, tp, 3
    addi tp, tp, -3
    seqz tp, tp
    slli tp, tp, 1
    addi tp, tp, 2
    add gp, gp, tp
    csrw ${epc}, gp
    ${back}
2:  csrw ${epc}, s10
    ${back}`;

export const HYPERVISOR_PROLOGUE = `
    .option norvc
    .globl _start
_start:
    la sp, log
    la gp, machine_handler
    csrw mtvec, gp
    la gp, supervisor_handler
    csrw stvec, gp
    la gp, guest_handler
    csrw vstvec, gp
    li gp, (1 << 54) - 1
    csrw pmpaddr0, gp
    li gp, 0x1f
    csrw pmpcfg0, gp
    csrwi mie, 0
    # QEMU has what is read-only one there only after a write.
    csrw mideleg, zero
    csrw satp, zero
    li gp, -1
    li tp, 0x2004000
    sd gp, 0(tp)
`;

export const HYPERVISOR_HANDLERS = `
    j block_0

    .balign 4
machine_handler:
${LOG(['mcause', 'mepc', 'mtval', 'mstatus', 'mtval2', 'mtinst'])}
${WITHOUT_TRANSFORMED}
${implicitAsLoad(-48)}
${withoutInstruction('mcause', -32)}
    csrr gp, mcause
    bltz gp, machine_interrupt
${withoutStale('mcause', -16)}
    # QEMU sets mstatus.GVA when V = 1, whatever the value is, and not for hlv: it is not compared.
    ld tp, -24(sp)
    slli gp, tp, 25
    srli gp, gp, 63
    slli gp, gp, 38
    xor tp, tp, gp
    sd tp, -24(sp)
    csrr gp, mcause
    addi gp, gp, -8
    sltiu gp, gp, 4
    beqz gp, 1f
    li gp, 0x777
    beq a7, gp, block_done
1:
${resume('mcause', 'mepc', 'mret')}
machine_interrupt:
    li gp, 0x222
    csrc mip, gp
    csrw hvip, zero
    mret

    .balign 4
supervisor_handler:
${LOG(['scause', 'sepc', 'stval', 'sstatus', 'hstatus', 'htval', 'htinst'])}
${WITHOUT_TRANSFORMED}
${withoutStale('scause', -16)}
${implicitAsLoad(-56)}
${withoutInstruction('scause', -40)}
    csrr gp, scause
    bltz gp, supervisor_interrupt
    li tp, 1 << 18
    csrs sstatus, tp
${resume('scause', 'sepc', 'sret')}
supervisor_interrupt:
    csrci sip, 2
    csrw hvip, zero
    sret

    .balign 4
guest_handler:
${LOG(['scause', 'sepc', 'stval', 'sstatus'])}
    csrr gp, scause
    bltz gp, guest_interrupt
    li tp, 1 << 18
    csrs sstatus, tp
${resume('scause', 'sepc', 'sret')}
guest_interrupt:
    # Only the software interrupt can be taken back from here: the others are disabled.
    csrci sip, 2
    csrw sie, zero
    sret

block_done:
${Array.from({ length: 32 }, (_, index) => `    sd x${index}, ${index * 8}(sp)`).join('\n')}
    addi sp, sp, 256
    csrci mstatus, 8
    csrr gp, hstatus
    # What QEMU makes of hstatus.GVA is compared after the traps of HS-mode only.
    andi gp, gp, ~0x40
    sd gp, 0(sp)
    csrr gp, vsstatus
    sd gp, 8(sp)
    csrr gp, hvip
    sd gp, 16(sp)
    csrr gp, hie
    sd gp, 24(sp)
    csrr gp, vsatp
    sd gp, 32(sp)
    addi sp, sp, 40
    # What follows is found through mepc: the end of the block is 'li a7; ecall; j'.
    csrr gp, mepc
    addi gp, gp, 8
    jr gp

    .balign 4096
blocks:
`;

/** Tables: of the first stage for VS- and VU-mode, and of the second. The roots of Sv48 lead to those of Sv39. */
export const HYPERVISOR_TABLES = ['s', 'u'].flatMap((root) =>
  ['root', 'wide', 'host', 'code', 'pages', 'middle', 'window'].map((table) => `${table}_${root}: .zero 4096`),
);

export const GUEST_TABLES = ['root_g: .zero 16384', 'wide_g: .zero 16384'].concat(
  ['code_g', 'pages_g', 'middle_g', 'window_g', 'alias_g'].map((table) => `${table}: .zero 4096`),
);
