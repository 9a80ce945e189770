# Directives that no other source here uses.
	.file	"directives.c"
	.option	push
	.option	norelax
	.text
	.globl	_start
	.type	_start, @function
_start:
	nop
	.nop
	.nop	8
	.insn	cr C2, 9, a0, a1
	.insn	ci C1, 2, a0, -3
	.insn	ciw C0, 0, a0, 9
	.insn	css C2, 6, a1, 7
	.insn	cl C0, 2, a0, 5(a1)
	.insn	cs C0, 6, fa0, 31(a1)
	.insn	ca C1, 0x23, 3, a0, a1
	.insn	cb C1, 6, a0, _start
	.insn	cj C1, 5, _start
	.insn	b BRANCH, 1, a0, a1, _start
	.insn	i OP_IMM, 0, a0, a1, %lo(number)
	.insn	u LUI, a0, %hi(number)
	.insn	r OP_FP, 7, 0, fa0, fa1, fa2
	.insn	6, 0x1234567891f
	.insn	0x00dcba98765432100123456789abcdef55aa33cc607f
	.size	_start, .-_start
	.option	pop
	.variant_cc	_start

	.section .group1, "axG", @progbits, signature, comdat
in_group:	nop
	.section .data.group, "aw"
	.attach_to_group signature
	.word	1
	.section .twice, "a", @progbits, unique, 1
	.byte	1
	.section .twice, "a", @progbits, unique, 2
	.byte	2
	.pushsection .twice, "a", @progbits, unique, 1
	.byte	3
	.popsection
	.section .ordered, "ao", @progbits, in_group
	.dword	in_group
	.section .kept, "awR"
	.half	5
	.section .entries, "aM", @progbits, 8
	.dword	1
	.word	2
	.section .note.mine, "", @note
	.ascii	"x"
	.version "1.0"
	.ident	"one"
	.ident	"two"

	.struct	8
first:	.skip	4
second:	.ds.w	3
third:
	.offset	100
fourth:	.byte 0, 0
fifth:

	.data
	.byte	first, second, third, fourth, fifth
	.eqv	twice, 2 * number2
number2 = 3
	.byte	twice
number2 = 4
	.byte	twice
.Lhere == . - _data
_data:	.word .Lhere
	.word	.Lhere
	.set	after, _end - _data
	.fill	(_end2 - _end) , 2, 0x1234
_end:	.word	after
_end2:
	.octa	1, -1, 0x123456789abcdef0fedcba9876543210, 5 * 7
	.byte	0xffffffffffffffffff
	.dc.s	0f:3f800000, 1.5
	.dc.d	1e-320, 4.9e-324, 1.7976931348623157e308
	.dc.x	1, 0.1
	.dcb.s	2, 2.5
	.dcb.d	1
	.dcb.l	2, 5
	.ds.d	1
	.ds.p	1
	.float16 65504, 6e-8, 1e-9, 0.3333
	.float	inf, -inf, nan, 1e-46, 3.4028235e38
	.uleb128 0xffffffffffffffff
	.sleb128 -0x8000000000000000
	.word	1 +
	.lsym	quiet, 5

	.weakref shy, target
	.weakref bold, target2
	.dword	shy, bold, target2
	.weak	unused
	.symver	versioned, versioned@V1
	.symver	outside, outside@V2
	.globl	versioned
versioned:	.dword outside
	.type	versioned, STT_OBJECT
	.reloc	8, R_RISCV_NONE, versioned
	.reloc	versioned + 4, R_RISCV_32, _data + 2
	.dtprelword	local_to_thread
	.dtpreldword	local_to_thread + 4
	.hidden	concealed
	.protected	guarded
	.internal	own
concealed = 1
	.globl	guarded, own
guarded: own:	.byte 1
	.comm	shared, 24, 8
	.lcomm	mine, 10
	.local	mine2
	.comm	mine2, 12, 16
	.tls_common	each, 8, 8
	.section .tdata, "awT"
local_to_thread:	.word 5
	.section .tbss, "awT", @nobits
	.skip	4
later:
	.text
	la.tls.gd a0, local_to_thread
	la.tls.ie a1, later
	lui	a2, %tprel_hi(later)
	add	a2, a2, tp, %tprel_add(later)
	lw	a3, %tprel_lo(later)(a2)
	la	a4, 0x12345
number = 0x12345678
	.attribute unaligned_access, 1
	.attribute stack_align, 16
	.gnu_attribute 4, 1
	.altmacro
	.macro	both name, text
	local	inner
inner:	.ascii	"&name&-text"
	.byte	inner - inner
	.endm
	.data
	both	%2 + 3, <a!>b, c>
	both	x, y
	.noaltmacro
	.macro	plain a b
	.ascii	"\a&b \(a b)\b'"
	.endm
	plain	1, 2
