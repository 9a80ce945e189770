# Traps of the kernel and of the user program.

#include "kernel.h"

        .section .text
        .balign 4
        .globl  on_trap
on_trap:
        csrrw   sp, sscratch, sp        # from U-mode: the kernel's stack; sscratch is 0 while the kernel runs
        bnez    sp, 1f
        csrrw   sp, sscratch, sp        # from the kernel itself: it has its stack
1:      addi    sp, sp, -128
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      t3, 32(sp)
        sd      t4, 40(sp)
        sd      a0, 48(sp)
        sd      a1, 56(sp)
        sd      a2, 64(sp)
        sd      a6, 72(sp)
        csrr    t0, scause
        li      t1, CAUSE_USER_ECALL
        beq     t0, t1, system_call
        li      t1, CAUSE_LOAD_FAULT
        beq     t0, t1, page_fault
        li      t1, CAUSE_STORE_FAULT
        beq     t0, t1, page_fault
unexpected:
        la      a0, unexpected_text
        call    puts
        j       power_off

# page_fault: maps a fresh page if the address lies in the window, and lets the instruction happen again.
page_fault:
        csrr    a0, stval
        li      t0, WINDOW
        bltu    a0, t0, unexpected
        li      t1, WINDOW_PAGES * PAGE
        add     t0, t0, t1
        bgeu    a0, t0, unexpected
        la      t0, next_frame
        ld      a1, 0(t0)
        li      t1, PAGE
        add     t1, t1, a1
        sd      t1, 0(t0)
        li      a2, PTE_R | PTE_W
        call    map_page
        csrr    a0, stval
        sfence.vma a0
        j       return

# system_call: a7 says which.
system_call:
        csrr    t0, sepc
        addi    t0, t0, 4               # go on after the ecall
        csrw    sepc, t0
        li      t0, SYS_PRINT
        beq     a7, t0, sys_print
        li      t0, SYS_EXIT
        beq     a7, t0, power_off
        j       return
sys_print:
        li      t0, SSTATUS_SUM         # the text is the user's: allow the kernel to read U-pages
        csrs    sstatus, t0
        call    puts
        li      t0, SSTATUS_SUM
        csrc    sstatus, t0

return: ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      t4, 40(sp)
        ld      a0, 48(sp)
        ld      a1, 56(sp)
        ld      a2, 64(sp)
        ld      a6, 72(sp)
        addi    sp, sp, 128
        csrrw   sp, sscratch, sp
        bnez    sp, 1f
        csrrw   sp, sscratch, sp
1:      sret

        .section .rodata
unexpected_text:
        .asciz  "An unexpected trap.\n"

        .section .data
        .balign 8
next_frame:
        .dword  0x80400000              # free memory behind the kernel
