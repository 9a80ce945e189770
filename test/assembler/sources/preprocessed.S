// Both kinds of C comments
#include "constants.h"
#include "constants.h"
#define UART 0x10000000 /* a comment */
#define TWICE(x) x; x
#define EMPTY
#define MULTI(a, \
              b) \
  add a, a, b; \
  sub a, a, b
# an assembler comment's line
GLOBAL(_start)
    li a0, UART          # a comment, it's here
    li a1, PAGE_SIZE     // and here
    TWICE(nop)
    MULTI(a2, a3)
    MULTI(a4,
          a5)
    SAVE(ra, 1)
    SAVE(s0, 2 + 1)
    li a2, PTE(0x80200000, 0xcf)
LABEL(loop, 1):
    bnez a0, LABEL(loop, 1)
    ALL(add, a0, a1, a2)
#if PAGE_SIZE == 4096 && defined(UART) && !defined NOTHING
    li a3, 1
#elif 1
    li a3, 2
#else
    li a3, 3
#endif
#if 0
    nonsense "
#if 1
#else
#endif
#endif
#ifdef __riscv_compressed
    li a4, __riscv_xlen
#endif
#undef UART
#ifndef UART
    li a5, 7
#endif
#if (1 ? 2 : 3) == 2 && (5 > 3) == 1 && (-1 < 0) && ~0 == -1
    li a6, 1
#endif
    EMPTY nop EMPTY
#define MAXVA (1L << (9 + 9 + 9 + 12 - 1))
#define TRAMPOLINE (MAXVA - 0x1000UL)
    li a0, TRAMPOLINE - 10u
    .data
    .asciz XSTR(PAGE_SIZE)
    .asciz STR(a "quoted" \n text)
    .word __LINE__ - __LINE__
    .asciz "UART // not /* a comment */ PAGE_SIZE"
