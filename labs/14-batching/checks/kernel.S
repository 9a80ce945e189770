# A kernel that writes a page table by set_entry and flush of batch.S. What comes behind the hundred entries is said by the first letter of its command line.
#include <hyperstep-pv.h>

#define PAGE            4096
#define READ_ONLY       0x53            /* V, R, U, A */
#ifndef ENTRIES
#define ENTRIES         100
#endif

        pv_guest

# machine REGISTER, LABEL: the machine address of what is at a label, by the map p2m. Changes t0 and t1.
        .macro  machine register, label
        la      t0, \label
        li      t1, 0x80000000
        sub     t0, t0, t1
        srli    t0, t0, 12
        slli    t0, t0, 3
        add     t0, t0, s10
        ld      \register, (t0)
        .endm

        .section .text
        .globl  _start
_start: la      sp, stack_top
        mv      s11, a1                 # the start page
        ld      s10, PV_START_P2M(s11)
        machine s9, table               # an empty table: to be read alone, and pinned, so that the hypervisor knows it as one
        srli    a1, s9, 2
        ori     a1, a1, READ_ONLY
        la      a0, table
        li      a2, 1
        hypercall PV_UPDATE_VA
        sd      s9, pin + 8, t0
        la      a0, pin
        li      a1, 1
        hypercall PV_MMUEXT
        machine s8, page                # what each entry leads to; bits 9:8 are the kernel's own, and tell them apart
        srli    s8, s8, 2
        ori     s8, s8, READ_ONLY
        ld      t0, PV_START_COMMAND_LINE(s11)
        lbu     s7, (t0)

        mv      s1, s9
        li      s2, 0
write:  andi    t0, s2, 3
        slli    t0, t0, 8
        or      a1, s8, t0
        mv      a0, s1
        call    set_entry
        addi    s1, s1, 8
        addi    s2, s2, 1
        li      t0, ENTRIES
        bne     s2, t0, write
        call    flush
        la      t0, table               # how many of them are right
        li      t1, 0
        li      s2, 0
1:      ld      t2, (t0)
        andi    t3, t1, 3
        slli    t3, t3, 8
        or      t3, s8, t3
        bne     t2, t3, 2f
        addi    s2, s2, 1
2:      addi    t0, t0, 8
        addi    t1, t1, 1
        li      t2, ENTRIES
        bne     t1, t2, 1b
written:
        li      t0, 'i'
        beq     s7, t0, idle
        li      t0, 'r'
        beq     s7, t0, wrong

        li      t0, 510 * 8             # an entry is set, and set again
        add     a0, s9, t0
        ori     a1, s8, 1 << 8
        call    set_entry
        li      t0, 510 * 8
        add     a0, s9, t0
        ori     a1, s8, 2 << 8
        call    set_entry
        call    flush
        li      t0, 2 << 8
        or      t0, t0, s8
        ld      s3, table + 510 * 8
        sub     s3, s3, t0              # 0, where the last one counts
ordered:
        j       end

idle:   li      s1, 50
1:      call    flush
        addi    s1, s1, -1
        bnez    s1, 1b
idled:  j       end

wrong:  li      t0, 509 * 8
        add     a0, s9, t0
        mv      a1, s8
        call    set_entry
        li      t0, 510 * 8
        add     a0, s9, t0
        li      a1, 0x80000000 >> 2 | READ_ONLY # the hypervisor's own memory
        call    set_entry
        li      t0, 511 * 8
        add     a0, s9, t0
        mv      a1, s8
        call    set_entry
        call    flush
refused:
        li      t0, 508 * 8
        add     a0, s9, t0
        mv      a1, s8
        call    set_entry
        call    flush
        ld      s3, table + 508 * 8
        sub     s3, s3, s8              # 0, where it was written
goes_on:
end:    li      a0, 0
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

        .section .data
        .balign 8
pin:    .dword  PV_MMUEXT_PIN, 0, 0

        .section .bss
        .balign PAGE
table:  .skip   PAGE
page:   .skip   2 * PAGE
stack_top:
