	# Bit manipulation, and what stands for it where -march does not have it.
	.text
	.globl _start
_start:
	.macro all
	zext.b a0, a1
	zext.h a0, a1
	zext.w a0, a1
	sext.b a0, a1
	sext.h a0, a1
	sext.w a0, a1
	.endm

	all
	sh1add a0, a1, a2
	sh2add a0, a1, a2
	sh3add a0, a1, a2
	add.uw a0, a1, a2
	sh1add.uw a0, a1, a2
	sh2add.uw a0, a1, a2
	sh3add.uw a0, a1, a2
	slli.uw a0, a1, 63
	andn a0, a1, a2
	orn a0, a1, a2
	xnor a0, a1, a2
	clz a0, a1
	clzw a0, a1
	ctz a0, a1
	ctzw a0, a1
	cpop a0, a1
	cpopw a0, a1
	max a0, a1, a2
	maxu a0, a1, a2
	min a0, a1, a2
	minu a0, a1, a2
	rol a0, a1, a2
	rolw a0, a1, a2
	ror a0, a1, a2
	ror a0, a1, 63
	rori a0, a1, 1
	rorw a0, a1, a2
	rorw a0, a1, 31
	roriw a0, a1, 1
	orc.b a0, a1
	rev8 a0, a1
	bclr a0, a1, a2
	bclr a0, a1, 3
	bclri a0, a1, 63
	bext a0, a1, a2
	bext a0, a1, 3
	bexti a0, a1, 0
	binv a0, a1, a2
	binv a0, a1, 3
	binvi a0, a1, 32
	bset a0, a1, a2
	bset a0, a1, 3
	bseti a0, a1, 31
	wrs.nto
	wrs.sto

	.option arch, -zbb
	all
	.option arch, -zba
	all
	.option arch, +zbb
	all
