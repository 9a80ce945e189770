	# Single and double precision: registers by both names, rounding modes, aliases, compressed forms, and symbols.
	.text
	.globl _start
_start:
	fadd.s ft0, f1, fa2
	fadd.s ft0, ft1, ft2, rne
	fsub.d fs0, fs11, ft11, rtz
	fmul.d f8, f9, f10, rdn
	fdiv.s fa0, fa1, fa2, rup
	fsqrt.d fa0, fa1, rmm
	fsqrt.s fa0, fa1, dyn
	fmadd.d fa0, fa1, fa2, fa3
	fmsub.s fa0, fa1, fa2, fa3, rtz
	fnmsub.d fa0, fa1, fa2, fa3
	fnmadd.s fa0, fa1, fa2, fa3
	fsgnj.d fa0, fa1, fa2
	fsgnjn.s fa0, fa1, fa2
	fsgnjx.d fa0, fa1, fa2
	fmin.s fa0, fa1, fa2
	fmax.d fa0, fa1, fa2
	feq.d a0, fa1, fa2
	flt.s a0, fa1, fa2
	fle.d a0, fa1, fa2
	fgt.s a0, fa1, fa2
	fge.d a0, fa1, fa2
	fclass.s a0, fa1
	fcvt.w.s a0, fa1
	fcvt.wu.d a0, fa1, rtz
	fcvt.l.d a0, fa1, rdn
	fcvt.lu.s a0, fa1
	fcvt.s.w fa0, a1
	fcvt.d.w fa0, a1
	fcvt.d.wu fa0, a1
	fcvt.s.l fa0, a1, rup
	fcvt.d.lu fa0, a1
	fcvt.s.d fa0, fa1
	fcvt.d.s fa0, fa1
	fmv.x.w a0, fa0
	fmv.x.s a0, fa0
	fmv.w.x fa0, a0
	fmv.s.x fa0, a0
	fmv.x.d a0, fa0
	fmv.d.x fa0, a0
	fmv.s fa0, fa1
	fmv.d fa0, fa1
	fneg.s fa0, fa1
	fneg.d fa0, fa1
	fabs.s fa0, fa1
	fabs.d fa0, fa1

	flw fa0, 4(a0)
	flw fa0, 4(sp)
	fsw fa0, -4(s0)
	fld fa0, 8(a0)
	fld ft0, 8(a0)
	fld ft0, 504(sp)
	fld ft0, 512(sp)
	fld fa0, (a1)
	fsd fa0, 248(s0)
	fsd ft5, 0(s0)
	fsd ft5, 16(sp)
	fsd fs1, -8(sp)
	c.fld fs0, 16(s1)
	c.fsd fa5, 24(a5)
	c.fldsp ft0, 32(sp)
	c.fsdsp fs11, 40(sp)
	flw fa0, number, t0
	fld fa1, number, t1
	fsw fa0, number, t0
	fsd fa1, number, t1
1:	auipc t0, %pcrel_hi(number)
	fld fa1, %pcrel_lo(1b)(t0)
	fsd fa1, %pcrel_lo(1b)(t0)

	frcsr a0
	fscsr a0
	fscsr a0, a1
	frrm a0
	fsrm a0
	fsrm a0, a1
	fsrmi 3
	fsrmi a0, 3
	frflags a0
	fsflags a0
	fsflags a0, a1
	fsflagsi 31
	fsflagsi a0, 31
	frsr a0
	fssr a0
	fssr a0, a1
	csrr a0, fflags
	csrw frm, a0

	.option arch, -d
	fadd.s ft0, f1, fa2
	.option arch, +d
	fadd.d ft0, f1, fa2

	.data
	.balign 8
number:	.double 1.5
	.float 2.5
