# A comment, not the preprocessor's:
#define NOTHING
	.globl _start
_start:
	li	a7, 8
	ecall
	j	_start
