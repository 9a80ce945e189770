// What the preprocessor has: every form of macros, conditions and directives.
#define A 1
#define F(x, y...) .word x, ## y
#define G(text, ...) .ascii text __VA_OPT__(#__VA_ARGS__)
#define STR(x) #x
#define XSTR(x) STR(x)
#define CAT(a, b) a##b
#define XCAT(a, b) CAT(a, b)
#define EMPTY
#define NOTHING()
#define OBJ() 7
#define TWICE(a) \
  .word a ; \
  .word a+1
#define self self + 1
#define even(x) odd(x)
#define odd(x) even(x)
#define NAME(x) x

	.data
	F(1)
	F(1, 2, 3)
	G("a")
	G("a", b, c)
	.ascii XSTR(A + 1), STR(A + 1), STR("q\n" 'c')
XCAT(lab, A):
	.word OBJ (
), A /* c */ // d
	.word 1 # comment
	.word 1\
5
	TWICE(3)
	TWICE(NAME(NAME(OBJ)()))
	.ascii XSTR(self), XSTR(even(1)), XSTR(NAME(EMPTY)), XSTR(NOTHING() x NOTHING ())
	.word CAT(0x, 12), CAT(A, ) , XCAT(, A), XCAT(0, 0)
	.word __COUNTER__, __COUNTER__, __INCLUDE_LEVEL__

#if defined(A) && !defined B && (A + 1 == 2) && 'a' == 97 && -1 > 0u
	.word 10
#endif
#if 0x10 == 16 && 010 == 8 && 0b11 == 3 && (1 ? 2 : 3) == 2 && ~0 == -1 && 7 % 4 == 3 && 1 << 4 == 16
	.word 11
#endif
#if (0 && 1 / 0) || (1 || 1 % 0) && -8 >> 1 == -4 && (0 ? 1 / 0 : 1)
	.word 12
#endif
#ifdef B
#elifdef A
	.word 13
#endif
#ifdef B
#elifndef A
	.word 14
#else
	.word 15
#endif
#if __has_include("constants.h") && defined(__has_include)
	.word 16
#endif
#define PATH "constants.h"
#include PATH
#include PATH
#undef A
#ifndef A
	.word 17
#endif
#line 50 "elsewhere.c"
	.word __LINE__
	.ascii __FILE__
#pragma anything
#ident "text"
	.word __ASSEMBLER__, __riscv_xlen
