# Traps of the kernel and of the user program.

#include "pv.h"

        .section .text
        .balign 4
        .globl  on_trap
on_trap:
        addi    sp, sp, -128            # the kernel's stack, and in t0 the words of the shared page: the VMM has seen to both
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
        sd      a7, 80(sp)
        ld      t0, PV_WORD_SCAUSE(t0)
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
        ld      t0, 8(sp)
        ld      a0, PV_WORD_STVAL(t0)
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
        li      a2, PTE_R | PTE_W | PTE_U
        call    map_page
        ld      t0, 8(sp)
        ld      a1, PV_WORD_STVAL(t0)
        li      a0, PV_MMUEXT_FLUSH
        call    pv_mmuext
        j       return

# system_call: a7 says which.
system_call:
        ld      t1, 8(sp)
        ld      t0, PV_WORD_SEPC(t1)
        addi    t0, t0, 4               # go on after the ecall
        sd      t0, PV_WORD_SEPC(t1)
        li      t0, SYS_PRINT
        beq     a7, t0, sys_print
        li      t0, SYS_EXIT
        beq     a7, t0, power_off
        j       return
sys_print:
        call    puts                    # the text is the user's, whose page the kernel has at the same place

return: ld      t0, 8(sp)
        ld      t1, 72(sp)
        sd      t1, PV_WORD_A6(t0)      # iret needs a6 and a7 itself, and takes these from the words, as t0 and sp
        ld      t1, 80(sp)
        sd      t1, PV_WORD_A7(t0)
        ld      ra, 0(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      t4, 40(sp)
        ld      a0, 48(sp)
        ld      a1, 56(sp)
        ld      a2, 64(sp)
        hypercall PV_IRET

        .section .rodata
unexpected_text:
        .asciz  "An unexpected trap.\n"

        .section .data
        .balign 8
next_frame:
        .dword  0x80400000              # free memory behind the kernel
