/* Says hello by the SBI console and powers off. */
#define SBI_DEBUG_CONSOLE_LEGACY 1

	.globl _start
_start:
	la	s0, message
1:	lbu	a0, 0(s0)
	beqz	a0, 2f
	li	a7, SBI_DEBUG_CONSOLE_LEGACY
	ecall
	addi	s0, s0, 1
	j	1b
2:	li	a7, 8			# legacy shutdown
	ecall
	j	2b

	.section .rodata
message:
	.asciz	"hello\n"
