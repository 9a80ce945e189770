/**
 * The begin of a kernel that was ported: `handler` is its vector with the stack `kernelstack`, its programs have a root of their own with all that the kernel's
 * has. Then s0 is the start page, s3 the words of this vCPU, s4 the machine address of the user root; `machine REG, SYMBOL` is a machine address.
 */
export const portedStart = `
#include <hyperstep-pv.h>
        .option norelax
        .macro  machine reg, symbol
        la      \\reg, \\symbol
        li      t1, 0x80000000
        sub     \\reg, \\reg, t1
        srli    \\reg, \\reg, 9
        ld      t1, PV_START_P2M(s0)
        add     \\reg, \\reg, t1
        ld      \\reg, 0(\\reg)
        .endm
        .macro  off
        li      a0, 0
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        .endm
        pv_guest
        .globl  _start
_start: mv      s0, a1
        la      sp, kernelstack
        la      a0, handler
        la      a1, kernelstack
        hypercall PV_SET_TRAP
        machine s4, userroot
        srli    a1, s4, 2
        ori     a1, a1, 0x53            # V R U A: no table may be written
        li      t4, 511
        ld      t5, PV_START_ROOT(s0)
        ld      t6, PV_START_M2P(s0)
        ld      t1, PV_START_M2P_FIRST(s0)
        sub     t5, t5, t1
        srli    t5, t5, 9
        add     t6, t6, t5
        ld      t5, 0(t6)               # where the kernel reads its root
        la      t6, userroot
1:      ld      t1, 0(t5)
        sd      t1, 0(t6)
        addi    t5, t5, 8
        addi    t6, t6, 8
        addi    t4, t4, -1
        bnez    t4, 1b
        la      a0, userroot
        li      a2, 1
        hypercall PV_UPDATE_VA
        la      a0, list
        li      t1, PV_MMUEXT_USER_ROOT
        sd      t1, 0(a0)
        sd      s4, 8(a0)
        li      a1, 1
        hypercall PV_MMUEXT
        ld      s3, PV_START_SHARED(s0)
        li      t1, PV_WORDS
        add     s3, s3, t1
        .pushsection .bss
        .balign 4096
userroot: .zero 4096
list:   .zero   4096
        .zero   4096
kernelstack:
        .zero   64
        .popsection
`;

/**
 * A ported guest that does a bit of everything until it switches off: its program calls its kernel, which maps a page to be read and to be written in turn,
 * makes a table of it and memory again, prints, and is told of its timer by a port.
 */
export const busyPortedGuest = (turns: number): string => `${portedStart}
        la      t1, words
        sd      s3, (t1)
        machine s5, page
        li      a0, PV_EVENT_VIRQ
        li      a1, 0
        hypercall PV_EVENT
        li      s6, ${turns}
        la      t1, user
        sd      t1, PV_WORD_SEPC(s3)
        li      t1, 0x20                # SPIE
        sd      t1, PV_WORD_STATUS(s3)
        hypercall PV_IRET
user:   la      t3, page
        ld      t4, 0(t3)
        addi    t4, t4, 1
        sd      t4, 8(t3)
        mv      s9, a0
        ecall
        j       user
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
        sd      a6, PV_WORD_A6(t0)
        sd      a7, PV_WORD_A7(t0)
        bltz    t3, upcall
        li      t4, 8
        bne     t3, t4, fault
        ld      t3, PV_WORD_SEPC(t0)
        addi    t3, t3, 4
        sd      t3, PV_WORD_SEPC(t0)
        addi    s6, s6, -1
        beqz    s6, end
        # To be read, a table, memory again.
        la      a0, page
        srli    a1, s5, 2
        ori     a1, a1, 0x53
        li      a2, 1
        hypercall PV_UPDATE_VA
        la      a0, list
        li      t1, PV_MMUEXT_PIN
        sd      t1, 0(a0)
        sd      s5, 8(a0)
        sd      zero, 16(a0)
        li      t1, PV_MMUEXT_UNPIN
        sd      t1, 24(a0)
        sd      s5, 32(a0)
        li      a1, 2
        hypercall PV_MMUEXT
        li      a0, '.'
        la      t3, character
        sb      a0, (t3)
        li      a0, 1
        mv      a1, t3
        li      a2, 0
        li      a6, 0
        li      a7, 0x4442434e
        ecall
        rdtime  a0
        addi    a0, a0, 3
        li      a6, 0
        li      a7, 0x54494d45
        ecall
        hypercall PV_IRET
fault:  li      t4, 15                  # the program may not write its page now
        bne     t3, t4, wrong
        la      a0, page
        srli    a1, s5, 2
        ori     a1, a1, 0xd7
        li      a2, 2
        hypercall PV_UPDATE_VA
        # The root of programs is another table of level 2 with the same ones below.
        hypercall PV_IRET
upcall: sb      zero, PV_WORD_UPCALL_PENDING(t0)
        sd      zero, PV_WORD_PENDING_SEL(t0)
        ld      t3, PV_START_SHARED(s0)
        sd      zero, PV_PENDING(t3)
        addi    s7, s7, 1
        hypercall PV_IRET
end:    off
wrong:  li      a0, 1
        li      a1, 1
        li      a6, 0
        li      a7, 0x53525354
        ecall
        .data
        .balign 4096
page:   .zero   4096
character: .byte 0
        .balign 8
words:  .dword  0
`;
