# What kernels call that were ported to the engine para. Link it with them, or #include it in one of a single file. It says as well that
# the program was ported, without which para does not run it.
#
# Functions keep the s registers, and may change all others. Where the VMM refuses what they ask of it they end the virtual machine: a
# kernel that wants to see the error makes the hypercall itself.

#include "pv.h"

        pv_guest

        .section .text

# pv_begin: keeps what the start page at a1 tells of. A kernel calls it first. Changes t0 and t1, and nothing else.
        .globl  pv_begin
pv_begin:
        sd      a1, pv_start, t0
        ld      t1, PV_START_P2M(a1)
        sd      t1, pv_p2m, t0
        ld      t1, PV_START_M2P(a1)
        sd      t1, pv_m2p, t0
        ld      t1, PV_START_M2P_FIRST(a1)
        sd      t1, pv_m2p_first, t0
        ld      t1, PV_START_SHARED(a1)
        sd      t1, pv_shared, t0
        ld      t1, PV_START_ROOT(a1)
        sd      t1, pv_first_root, t0
        ld      t1, PV_START_FRAMES(a1)
        sd      t1, pv_frames, t0
        ret

# pv_machine: the machine address of what the kernel has at a0, by the map p2m: a doubleword for each guest-physical frame.
        .globl  pv_machine
pv_machine:
        li      t0, RAM
        sub     t0, a0, t0
        srli    t0, t0, 12
        slli    t0, t0, 3
        ld      t1, pv_p2m
        add     t0, t0, t1
        ld      t0, (t0)                # the frame; 0 where the kernel has no memory
        slli    a0, a0, 52
        srli    a0, a0, 52              # and the offset in it
        or      a0, a0, t0
        ret

# pv_virtual: the way back, by the map m2p. It is the VMM's own memory: every kernel root has it, to be read.
        .globl  pv_virtual
pv_virtual:
        ld      t0, pv_m2p_first
        sub     t0, a0, t0
        srli    t0, t0, 12
        slli    t0, t0, 3
        ld      t1, pv_m2p
        add     t0, t0, t1
        ld      t0, (t0)
        slli    a0, a0, 52
        srli    a0, a0, 52
        or      a0, a0, t0
        ret

# pv_entry: an entry for a page table: the machine page of what the kernel has at a0, and the bits in a1.
        .globl  pv_entry
pv_entry:
        mv      t2, ra
        call    pv_machine
        srli    a0, a0, 12
        slli    a0, a0, 10
        or      a0, a0, a1
        jr      t2

# pv_set_entry: the entry at a0, of a table that the VMM knows, becomes a1. A list of one: see guests/batches.S for longer ones.
        .globl  pv_set_entry
pv_set_entry:
        addi    sp, sp, -32
        sd      ra, 16(sp)
        call    pv_machine
        sd      a0, 0(sp)               # where, as a machine address,
        sd      a1, 8(sp)               # and what
        mv      a0, sp
        li      a1, 1
        hypercall PV_MMU_UPDATE
        bnez    a0, pv_refused
        ld      ra, 16(sp)
        addi    sp, sp, 32
        ret

# pv_remap: the page of the kernel's memory at a0 gets the bits in a1. Before a page becomes a table it has to be PV_READ_ONLY: the VMM
# takes no table that the kernel can write, and forgets by itself the translations by which it could have.
        .globl  pv_remap
pv_remap:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        sd      a0, 8(sp)
        call    pv_entry
        mv      a1, a0
        ld      a0, 8(sp)
        li      a2, 0
        hypercall PV_UPDATE_VA
        bnez    a0, pv_refused
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# pv_remap_range: the same for the pages from a0 to a2.
        .globl  pv_remap_range
pv_remap_range:
        addi    sp, sp, -32
        sd      ra, 0(sp)
        sd      s0, 8(sp)
        sd      s1, 16(sp)
        sd      a1, 24(sp)
        mv      s0, a0
        mv      s1, a2
1:      mv      a0, s0
        ld      a1, 24(sp)
        call    pv_remap
        li      t0, PAGE
        add     s0, s0, t0
        bltu    s0, s1, 1b
        ld      ra, 0(sp)
        ld      s0, 8(sp)
        ld      s1, 16(sp)
        addi    sp, sp, 32
        ret

# pv_mmuext: one operation on the tables: a0 says which, a1 and a2 are its x and y.
        .globl  pv_mmuext
pv_mmuext:
        addi    sp, sp, -32
        sd      a0, 0(sp)
        sd      a1, 8(sp)
        sd      a2, 16(sp)
        mv      a0, sp
        li      a1, 1
        hypercall PV_MMUEXT
        bnez    a0, pv_refused
        addi    sp, sp, 32
        ret

# pv_print: prints the string at a0. The debug console takes all of it at once, by its guest-physical address: the kernel's own.
        .globl  pv_print
pv_print:
        mv      a1, a0
        li      a0, 0
1:      add     t0, a1, a0
        lbu     t0, (t0)
        addi    a0, a0, 1
        bnez    t0, 1b
        addi    a0, a0, -1              # how many
        li      a2, 0                   # the address has no upper half
        li      a6, DBCN_WRITE
        li      a7, SBI_DBCN
        ecall
        ret

# pv_print_number: prints a0, with its sign, in tens.
        .globl  pv_print_number
pv_print_number:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        la      t1, pv_digits_end
        li      t2, 10
        mv      t3, a0
        bgez    a0, 1f
        neg     a0, a0
1:      remu    t0, a0, t2
        divu    a0, a0, t2
        addi    t0, t0, '0'
        addi    t1, t1, -1
        sb      t0, (t1)
        bnez    a0, 1b
        bgez    t3, 2f
        li      t0, '-'
        addi    t1, t1, -1
        sb      t0, (t1)
2:      mv      a0, t1
        call    pv_print
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# pv_refused: the VMM has refused what a function above asked of it, by the error in a0.
pv_refused:
        mv      s0, a0
        la      a0, pv_refused_text
        call    pv_print
        mv      a0, s0
        call    pv_print_number
        la      a0, pv_newline
        call    pv_print
        li      a0, SRST_SYSTEM_FAILURE

# pv_power_off: the end, for the reason in a0: 0, or SRST_SYSTEM_FAILURE.
        .globl  pv_power_off
pv_power_off:
        mv      a1, a0
        li      a0, SRST_SHUTDOWN
        li      a6, 0
        li      a7, SBI_SRST
        ecall
        j       .

        .section .rodata
pv_refused_text: .asciz "The hypervisor refuses: error "
pv_newline:     .asciz  "\n"

        .section .data
        .balign 8
        .globl  pv_start, pv_p2m, pv_shared, pv_first_root, pv_frames
pv_start:       .dword  0               # the start page
pv_p2m:         .dword  0
pv_m2p:         .dword  0
pv_m2p_first:   .dword  0
pv_shared:      .dword  0               # the shared page
pv_first_root:  .dword  0               # the root that the kernel began with: a machine address
pv_frames:      .dword  0               # how many guest-physical frames there are
pv_digits:      .skip   24
pv_digits_end:  .byte   0
