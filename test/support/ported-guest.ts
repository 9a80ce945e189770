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
