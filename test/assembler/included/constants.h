#ifndef CONSTANTS_H
#define CONSTANTS_H
/* Shared by C and assembly. */
#define PAGE_SHIFT 12
#define PAGE_SIZE (1 << PAGE_SHIFT)
#ifdef __ASSEMBLER__
#define REG_S sd
#define REG_L ld
#define SZREG 8
#else
typedef unsigned long word;
#endif
#define PTE(address, flags) ((((address) >> PAGE_SHIFT) << 10) | (flags))
#define GLOBAL(name) .globl name; name:
#define SAVE(reg, slot) REG_S reg, (slot) * SZREG(sp)
#define STR(x) #x
#define XSTR(x) STR(x)
#define PASTE(a, b) a##b
#define LABEL(name, n) PASTE(name, n)
#define ALL(op, ...) op __VA_ARGS__
#endif
