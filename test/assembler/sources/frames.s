 .file "x.c"
 .option nopic
 .text
 .align 1
 .globl f
 .type f, @function
f:
.LFB0:
 .cfi_startproc
 addi sp,sp,-32
 .cfi_def_cfa_offset 32
 sd ra,24(sp)
 sd s0,16(sp)
 .cfi_offset 1, -8
 .cfi_offset 8, -16
 addi s0,sp,32
 .cfi_def_cfa 8, 0
 beqz a0, .L2
 call g
.L2:
 ld ra,24(sp)
 .cfi_remember_state
 .cfi_restore 1
 ld s0,16(sp)
 .cfi_restore 8
 .cfi_def_cfa 2, 32
 lla a0, x
 addi sp,sp,32
 .cfi_def_cfa_offset 0
 jr ra
 .cfi_restore_state
 .balign 4
 nop
 .cfi_rel_offset s1, 8
 j 1f
1: call g
 .cfi_adjust_cfa_offset 16
 nop
 .cfi_undefined a0, a1
 .cfi_same_value fs0
 .cfi_register ra, t0
 .cfi_escape 1, 2, 0x33
 .cfi_val_offset s2, -24
 .cfi_window_save
 .cfi_endproc
 .size f, .-f
g:
 .cfi_startproc
 .cfi_personality 0x9b, DW.ref
 .cfi_lsda 0x1b, .LL
 nop
 .cfi_def_cfa_offset 16
 ret
 .cfi_endproc
h:
 .cfi_startproc simple
 .cfi_signal_frame
 .cfi_return_column 5
 nop
 .cfi_def_cfa sp, -16
 call f
 .cfi_offset s0, 8
 .cfi_def_cfa_register s1
 ret
 .cfi_endproc
 .globl _start
_start: .cfi_startproc
 nop
 .cfi_endproc
 .section .gcc_except_table,"a"
.LL: .byte 1
 .data
DW.ref: .dword 0
x: .word 1
