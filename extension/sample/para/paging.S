# The kernel's page table, and its program's: Sv39, three levels of tables with 512 entries of 8 bytes. The hardware walks these very tables, so that
# they hold machine addresses, and only the VMM writes them.

#include "pv.h"

        .section .text

# build_page_table: maps the kernel and its devices where they are (virtual = physical).
        .globl  build_page_table
build_page_table:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        sd      s0, 8(sp)
        la      a0, root_table          # tables may be read from now on, and written by the VMM alone
        li      a1, PV_READ_ONLY
        la      a2, tables_end
        call    pv_remap_range
        la      a0, root_table
        call    pin_root
        la      a0, user_root
        call    pin_root
        la      s0, _start              # the kernel, page by page
1:      mv      a0, s0
        mv      a1, s0
        li      a2, PTE_R | PTE_W | PTE_X | PTE_U
        la      t0, root_table
        bltu    s0, t0, 2f
        la      t0, tables_end
        bgeu    s0, t0, 2f
        li      a2, PTE_R | PTE_U       # a table
2:      call    map_page
        li      t0, PAGE
        add     s0, s0, t0
        la      t0, _end                # the linker's: the end of everything
        bltu    s0, t0, 1b
        ld      a0, pv_shared           # what it shares with the VMM
        mv      a1, a0
        li      a2, PTE_R | PTE_W | PTE_U
        call    map_page
        ld      s0, pv_p2m              # and its map of machine addresses
3:      mv      a0, s0
        mv      a1, s0
        li      a2, PTE_R | PTE_U
        call    map_page
        li      t0, PAGE
        add     s0, s0, t0
        ld      t0, pv_frames
        slli    t0, t0, 3
        ld      t1, pv_p2m
        add     t0, t0, t1
        bltu    s0, t0, 3b
        li      a0, UART
        mv      a1, a0
        li      a2, PTE_R | PTE_W
        call    map_page
        li      a0, VIRTIO
        mv      a1, a0
        li      a2, PTE_R | PTE_W
        call    map_page
        ld      ra, 0(sp)
        ld      s0, 8(sp)
        addi    sp, sp, 16
        ret

# pin_root: the page at a0, which is empty yet, becomes a root, whose entries the VMM writes from now on.
pin_root:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        call    pv_machine
        mv      a1, a0
        li      a0, PV_MMUEXT_PIN
        li      a2, 2                   # the level of a root
        call    pv_mmuext
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# map_user: the user program's page, at USER_CODE: in its own table, since its kernel is in U-mode too and is not to be seen from there, and in the
# kernel's, which reads there what it is to print.
        .globl  map_user
map_user:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      a0, USER_CODE
        la      a1, user_program
        li      a2, PTE_R | PTE_X | PTE_U
        la      a3, user_root
        call    map_in
        li      a0, USER_CODE
        la      a1, user_program
        li      a2, PTE_R | PTE_U
        call    map_page
        la      a0, user_root
        call    pv_machine
        mv      a1, a0
        li      a0, PV_MMUEXT_USER_ROOT
        call    pv_mmuext
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# map_page: a0 = virtual address, a1 = physical address, a2 = permissions.
        .globl  map_page
map_page:
        la      a3, root_table

# map_in: the same in the table whose root is at a3. Permissions without U are of a device, which has no other address in the machine.
map_in:
        addi    sp, sp, -48
        sd      ra, 0(sp)
        sd      s0, 8(sp)
        sd      s1, 16(sp)
        sd      a0, 24(sp)
        sd      a1, 32(sp)
        sd      a2, 40(sp)
        mv      s0, a3
        li      s1, 30                  # the root is indexed by bits 38:30, the next by 29:21, the last by 20:12
1:      ld      t2, 24(sp)
        srl     t2, t2, s1
        andi    t2, t2, 511
        slli    t2, t2, 3
        add     s0, s0, t2              # s0 = address of the entry
        li      t2, 12
        beq     s1, t2, 3f              # the last level: a leaf
        ld      a0, 0(s0)
        andi    t3, a0, PTE_V
        bnez    t3, 2f
        la      t3, next_table          # no table there yet: take one
        ld      a0, 0(t3)
        li      t4, PAGE
        add     t4, t4, a0
        sd      t4, 0(t3)
        li      a1, PTE_V
        call    pv_entry                # the machine's page number at bit 10
        mv      a1, a0
        mv      a0, s0
        call    pv_set_entry            # the VMM sees that it is a table from now on
        ld      a0, 0(s0)
2:      srli    a0, a0, 10              # on to the table that the entry points to
        slli    a0, a0, 12
        call    pv_virtual              # which the kernel has elsewhere than the machine
        mv      s0, a0
        addi    s1, s1, -9
        j       1b
3:      ld      a0, 32(sp)
        ld      a1, 40(sp)
        andi    t2, a1, PTE_U
        ori     a1, a1, PTE_V
        bnez    t2, 4f
        srli    a0, a0, 2
        or      a0, a0, a1
        j       5f
4:      call    pv_entry
5:      mv      a1, a0
        mv      a0, s0
        call    pv_set_entry
        ld      ra, 0(sp)
        ld      s0, 8(sp)
        ld      s1, 16(sp)
        addi    sp, sp, 48
        ret

        .section .data
        .balign 8
next_table:     .dword  tables

        .section .bss
        .balign PAGE
        .globl  root_table
root_table:     .skip   PAGE
user_root:      .skip   PAGE
tables:         .skip   14 * PAGE
tables_end:
