	.globl _start
_start:
	addi	a0, a0, 5000
	adi	a0, a0, 1
	j	nowhere
