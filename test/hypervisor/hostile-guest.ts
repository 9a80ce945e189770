import { FILL_TABLES, SBI_MACRO } from '../support/guest-text';

/**
 * A guest that does whatever its random numbers say, on every hart: calls of the firmware, device registers, queues of nonsense, CSRs, page
 * tables, words that may be no instructions. The seed comes as `random_seed`, a word that the loader changes. What traps goes back to the loop.
 */
export const HOSTILE_GUEST = `
        .option norvc
        .option arch, +h, +zicbom, +zicboz, +svinval, +zawrs

        .macro  random reg              # xorshift64, kept where a trap cannot lose it
        la      t6, state
        add     t6, t6, s11
        ld      \\reg, (t6)
        slli    t5, \\reg, 13
        xor     \\reg, \\reg, t5
        srli    t5, \\reg, 7
        xor     \\reg, \\reg, t5
        slli    t5, \\reg, 17
        xor     \\reg, \\reg, t5
        sd      \\reg, (t6)
        .endm
        .macro  below reg, bound        # a random number below a bound
        random  \\reg
        li      t5, \\bound
        remu    \\reg, \\reg, t5
        .endm
        .macro  pick reg, table, count  # a random doubleword of a table
        below   \\reg, \\count
        slli    \\reg, \\reg, 3
        la      t5, \\table
        add     \\reg, \\reg, t5
        ld      \\reg, (\\reg)
        .endm
        .macro  value reg               # a number that somebody might not expect, or any
        below   \\reg, 24
        slli    \\reg, \\reg, 3
        la      t5, values
        add     \\reg, \\reg, t5
        ld      \\reg, (\\reg)
        random  t4
        andi    t5, t4, 3
        bnez    t5, 9f
        srli    t4, t4, 40
        xor     \\reg, \\reg, t4
9:
        .endm
${SBI_MACRO}

        .globl  _start
_start: la      t0, random_seed
        ld      t1, (t0)
        la      t0, state
        li      t2, 8
1:      addi    t1, t1, 99
        sd      t1, (t0)
        addi    t0, t0, 8
        addi    t2, t2, -1
        bnez    t2, 1b
${FILL_TABLES}
        la      t0, root
        li      t1, 0xcf                # devices below
        sd      t1, 0(t0)
        li      a1, 0
secondary:
        slli    s11, a0, 3              # the hart's place in \`state\`
        andi    s11, s11, 56
        csrw    sscratch, s11
loop:   la      t0, on_trap
        csrw    stvec, t0
        csrr    s11, sscratch
        andi    s11, s11, 56
        rdtime  a0                      # out of whatever never ends
        addi    a0, a0, 5
        sbi     0x54494d45, 0
        li      t0, 0x222
        csrw    sie, t0
        csrsi   sstatus, 2
        below   a0, 15
        slli    a0, a0, 2
        la      t0, actions
        add     t0, t0, a0
        jr      t0
actions:
        j       firmware
        j       device
        j       queue
        j       words
        j       csr
        j       tables
        j       space
        j       harts
        j       wait
        j       atomics
        j       blocks
        j       program
        j       fences
        j       console
        j       window_access

firmware:
        pick    s0, extensions, 17
        below   s1, 9
        value   a0
        value   a1
        value   a2
        value   a3
        value   a4
        value   a5
        mv      a7, s0
        mv      a6, s1
        ecall
        j       loop

device: pick    s0, devices, 14
        random  s1
        li      t0, 0x1ff
        and     t0, s1, t0
        add     s0, s0, t0
        value   s2
        srli    s1, s1, 20
        andi    s1, s1, 7
        slli    s1, s1, 3
        la      t0, widths
        add     t0, t0, s1
        jr      t0
widths: lb      s3, (s0)
        j       loop
        lh      s3, (s0)
        j       loop
        lw      s3, (s0)
        j       loop
        ld      s3, (s0)
        j       loop
        sb      s2, (s0)
        j       loop
        sh      s2, (s0)
        j       loop
        sw      s2, (s0)
        j       loop
        sd      s2, (s0)
        j       loop

queue:  below   s0, 8                   # a slot, a queue, descriptors of nonsense, and its notification
        slli    s0, s0, 12
        li      t0, 0x10001000
        add     s0, s0, t0
        sw      zero, 0x70(s0)
        li      t0, 3
        sw      t0, 0x70(s0)
        random  t0
        sw      t0, 0x20(s0)
        li      t1, 1
        sw      t1, 0x24(s0)
        sw      t1, 0x20(s0)
        li      t0, 11
        sw      t0, 0x70(s0)
        below   s1, 3
        sw      s1, 0x30(s0)
        below   t0, 9
        li      t1, 1
        sll     t1, t1, t0
        sw      t1, 0x38(s0)
        la      s2, ring
        sw      s2, 0x80(s0)
        sw      zero, 0x84(s0)
        li      t0, 2048
        add     t1, s2, t0
        sw      t1, 0x90(s0)
        sw      zero, 0x94(s0)
        add     t1, t1, t0
        sw      t1, 0xa0(s0)
        sw      zero, 0xa4(s0)
        li      s3, 12
1:      value   t0
        random  t1
        andi    t1, t1, 3
        beqz    t1, 2f
        la      t0, ring
2:      sd      t0, (s2)
        value   t0
        sw      t0, 8(s2)
        below   t0, 8
        sh      t0, 12(s2)
        below   t0, 14
        sh      t0, 14(s2)
        addi    s2, s2, 16
        addi    s3, s3, -1
        bnez    s3, 1b
        la      s2, ring
        li      t0, 2048
        add     s2, s2, t0
        lhu     t0, 2(s2)
        below   t1, 5
        add     t0, t0, t1
        sh      t0, 2(s2)
        random  t0
        andi    t0, t0, 15
        sh      t0, 4(s2)
        sh      t0, 6(s2)
        li      t0, 1
        sw      t0, 0x44(s0)
        li      t0, 15
        sw      t0, 0x70(s0)
        sw      s1, 0x50(s0)
        li      t0, 3
        sw      t0, 0x64(s0)
        j       loop

words:  la      s0, buffer              # words that may be instructions
        li      s1, 24
1:      random  s2
        random  t0
        andi    t0, t0, 3
        beqz    t0, 2f
        below   t0, 13
        la      t1, opcodes
        add     t1, t1, t0
        lbu     t1, (t1)
        andi    s2, s2, ~0x7f
        or      s2, s2, t1
2:      sw      s2, (s0)
        addi    s0, s0, 4
        addi    s1, s1, -1
        bnez    s1, 1b
        fence.i
        la      t0, buffer
        jr      t0

csr:    pick    s0, csrs, 24            # csrrw, csrrs, csrrc and their immediate forms
        slli    s0, s0, 20
        random  t0
        andi    t0, t0, 7
        slli    t0, t0, 12
        or      s0, s0, t0
        li      t0, 0x00040473          # of s0, with x8
        or      s0, s0, t0
        la      t1, buffer
        sw      s0, (t1)
        la      t0, jump_back
        lw      t0, (t0)
        sw      t0, 4(t1)
        fence.i
        la      t0, buffer
        value   s0
        la      ra, loop
        jr      t0
jump_back:
        ret

tables: below   s0, 64
        slli    s0, s0, 3
        la      t0, leaves
        add     s0, s0, t0
        pick    s1, frames, 8
        slli    s1, s1, 10
        random  t0
        andi    t0, t0, 0xff
        or      s1, s1, t0
        sd      s1, (s0)
        random  t0
        andi    t0, t0, 1
        beqz    t0, loop
        sfence.vma
        j       loop

space:  la      t0, root
        srli    t0, t0, 12
        pick    s0, schemes, 6
        or      t0, t0, s0
        random  t1
        andi    t1, t1, 3
        bnez    t1, 1f
        li      t0, 0
1:      csrw    satp, t0
        sfence.vma
        j       loop

harts:  below   a0, 5
        la      a1, secondary
        random  a2
        sbi     0x48534d, 0
        random  t0
        andi    t0, t0, 15
        bnez    t0, 1f
        sbi     0x48534d, 1
1:      random  a0
        li      a1, 0
        sbi     0x735049, 0
        j       loop

wait:   random  t0
        andi    t0, t0, 1
        beqz    t0, 1f
        wfi
        j       loop
1:      wrs.nto
        pause
        j       loop

atomics:
        la      s0, shared
        random  t0
        andi    t0, t0, 15
        add     s0, s0, t0
        random  s1
        lr.w    s2, (s0)
        sc.w    s3, s1, (s0)
        andi    s0, s0, ~7
        amoadd.d s2, s1, (s0)
        lr.d    s2, (s0)
        sd      s1, 1(s0)
        sc.d    s3, s1, (s0)
        j       loop

blocks: value   s0
        cbo.clean (s0)
        cbo.zero (s0)
        j       loop

program:
        la      t0, user                # a program at the twin of this code, or where there is none
        li      t1, 0x40000000
        add     t0, t0, t1
        csrw    sepc, t0
        li      t0, 0x100
        csrc    sstatus, t0
        sret
user:   rdcycle s0
        ld      s1, (sp)
        random  s2
        ecall
        j       user

fences: value   s0
        value   s1
        sfence.vma s0, s1
        sinval.vma s0, s1
        hfence.gvma s0, s1
        j       loop

console:
        value   a0
        la      a1, ring
        li      a2, 0
        sbi     0x4442434e, 0
        random  a0
        sbi     1, 0
        sbi     2, 0
        j       loop

window_access:
        random  s0
        li      t0, 0x3ffff
        and     s0, s0, t0
        li      t0, 0x40000000
        add     s0, s0, t0
        ld      s1, (s0)
        sd      s1, 8(s0)
        lw      s1, (s0)
        j       loop

        .balign 4
on_trap:
        csrr    t0, scause
        la      t1, loop
        csrw    sepc, t1
        li      t1, 0x100               # SPP; no interrupts until the timer is set again
        csrs    sstatus, t1
        li      t1, 0x20
        csrc    sstatus, t1
        csrwi   sip, 0
        sret

        .balign 4096
        .data
        .balign 8
        .globl  random_seed
random_seed:
        .dword  1
state:  .skip   64
shared: .skip   64
values: .dword  0, 1, 2, 3, 7, 8, 0x1000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000
        .dword  -1, -2, -4096, 0x80200000, 0x80201000, 0x80600ffd, 0x80ffffff, 0x81000000, 0x10000000, 0x02004000, 1 << 63, 0x40000000
extensions:
        .dword  0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x54494d45, 0x735049, 0x52464e43, 0x48534d, 0x4442434e, 0x53555350, 0x46574654, 0x535441
devices:
        .dword  0x10000000, 0x10001000, 0x10002000, 0x10003000, 0x10004000, 0x10008000, 0x101000, 0x0c000000
        .dword  0x0c002000, 0x0c200000, 0x0c201000, 0x02000000, 0x02004000, 0x1000
frames: .dword  0x80600, 0x80601, 0x80602, 0x80000, 0x10001, 0x0c200, 0x02000, 0x80fff
schemes:
        .dword  8 << 60, 8 << 60 | 1 << 44, 8 << 60 | 2 << 44, 9 << 60, 10 << 60, 8 << 60 | 0xffff << 44
csrs:   .dword  0x100, 0x104, 0x106, 0x10a, 0x141, 0x142, 0x143, 0x144, 0x14d, 0x180, 0x001, 0x002, 0x003
        .dword  0xc00, 0xc01, 0xc02, 0xc03, 0x600, 0x680, 0x645, 0x280, 0x24d, 0x300, 0x5c0
opcodes:
        .byte   0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x3b, 0x53, 0x73
        .balign 4096
leaves: .skip   4096
ring:   .skip   8192
buffer: .skip   4096 - 8
        j       loop
        .bss
        .balign 4096
root:   .skip   4096
middle: .skip   4096
`;
