# The kernel's page table: Sv39, three levels of tables with 512 entries of 8 bytes.

#include "kernel.h"

        .section .text

# build_page_table: maps the kernel and its devices where they are (virtual = physical).
        .globl  build_page_table
build_page_table:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        sd      s0, 8(sp)
        la      s0, _start              # the kernel, page by page
1:      mv      a0, s0
        mv      a1, s0
        li      a2, PTE_R | PTE_W | PTE_X
        call    map_page
        li      t0, PAGE
        add     s0, s0, t0
        la      t0, _end                # the linker's: the end of everything
        bltu    s0, t0, 1b
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

# map_user: the user program's page, at USER_CODE.
        .globl  map_user
map_user:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      a0, USER_CODE
        la      a1, user_program
        li      a2, PTE_R | PTE_X | PTE_U
        call    map_page
        sfence.vma
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# map_page: a0 = virtual address, a1 = physical address, a2 = permissions.
        .globl  map_page
map_page:
        la      t0, root_table
        li      t1, 30                  # the root is indexed by bits 38:30, the next by 29:21, the last by 20:12
1:      srl     t2, a0, t1
        andi    t2, t2, 511
        slli    t2, t2, 3
        add     t0, t0, t2              # t0 = address of the entry
        li      t2, 12
        beq     t1, t2, 3f              # the last level: a leaf
        ld      t2, 0(t0)
        andi    t3, t2, PTE_V
        bnez    t3, 2f
        la      t3, next_table          # no table there yet: take one
        ld      t2, 0(t3)
        li      t4, PAGE
        add     t4, t4, t2
        sd      t4, 0(t3)
        srli    t2, t2, 2               # page number at bit 10
        ori     t2, t2, PTE_V
        sd      t2, 0(t0)
2:      srli    t0, t2, 10              # on to the table that the entry points to
        slli    t0, t0, 12
        addi    t1, t1, -9
        j       1b
3:      srli    t2, a1, 2
        or      t2, t2, a2
        ori     t2, t2, PTE_V
        sd      t2, 0(t0)
        ret

        .section .data
        .balign 8
next_table:     .dword  tables

        .section .bss
        .balign PAGE
        .globl  root_table
root_table:     .skip   PAGE
tables:         .skip   8 * PAGE
