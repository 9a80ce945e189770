/*
 * What kernels need that were ported to the engine para: names, and two macros for the way into a trap and back. What they call is in pv.S.
 * docs/paravirtualization.md explains all of it; the names that begin with PV_ come from hyperstep-pv.h.
 */
#ifndef PV_H
#define PV_H

#include <hyperstep-pv.h>
#include "../kernel.h"

#define PTE_A               (1 << 6)
#define PTE_D               (1 << 7)

/*
 * Bits of a leaf. U is in all of them, since the kernel is in U-mode as well. A page that is a table of the hardware's may be read, and only
 * the VMM writes there. A leaf without U is a device's: its page number is the device's own, and each access comes to the VMM.
 */
#define PV_PAGE             (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
#define PV_READ_ONLY        (PTE_V | PTE_R | PTE_U | PTE_A)

/* Where guest-physical memory begins. A kernel of para finds it mapped there. */
#define RAM                 0x80000000

/* Calls to what is left of the firmware (SBI). */
#define SBI_DBCN            0x4442434e
#define DBCN_WRITE          0
#define DBCN_WRITE_BYTE     2

#ifdef __ASSEMBLER__

/*
 * pv_enter: the begin of a trap's handler. The VMM has written sepc, scause, stval, status, sp and t0 into this virtual CPU's words of the
 * shared page; t0 is their address now, and sp the kernel's. What remains is to keep the registers that functions may change, and t0 with
 * them. A handler in which another trap can come has to keep the words too: there is one set of them, as there is one sepc.
 */
#define FRAME_WORDS         0
#define FRAME_A0            64
#define FRAME_BYTES         128
        .macro  pv_enter
        addi    sp, sp, -FRAME_BYTES
        sd      t0, FRAME_WORDS(sp)
        sd      ra, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      t3, 32(sp)
        sd      t4, 40(sp)
        sd      t5, 48(sp)
        sd      t6, 56(sp)
        sd      a0, FRAME_A0(sp)
        sd      a1, 72(sp)
        sd      a2, 80(sp)
        sd      a3, 88(sp)
        sd      a4, 96(sp)
        sd      a5, 104(sp)
        sd      a6, 112(sp)
        sd      a7, 120(sp)
        .endm

/*
 * pv_leave: the end of it. sret is privileged, and so a hypercall. That needs a6 and a7 itself: their values go through the words, as t0
 * and sp do, which are there since the trap. iret takes sp from there, so that it need not be right here any more.
 */
        .macro  pv_leave
        ld      t0, FRAME_WORDS(sp)
        ld      t1, 112(sp)
        sd      t1, PV_WORD_A6(t0)
        ld      t1, 120(sp)
        sd      t1, PV_WORD_A7(t0)
        ld      ra, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      t4, 40(sp)
        ld      t5, 48(sp)
        ld      t6, 56(sp)
        ld      a0, FRAME_A0(sp)
        ld      a1, 72(sp)
        ld      a2, 80(sp)
        ld      a3, 88(sp)
        ld      a4, 96(sp)
        ld      a5, 104(sp)
        hypercall PV_IRET
        .endm

#else

/* What pv.S has, for C. A kernel's first instructions, and its trap entry, remain assembly: they need a stack. */
void pv_begin(unsigned long vcpu, const void *start_page);
unsigned long pv_machine(const void *address);
void *pv_virtual(unsigned long machine);
unsigned long pv_entry(const void *page, unsigned long bits);
void pv_set_entry(unsigned long *entry, unsigned long value);
void pv_remap(void *page, unsigned long bits);
void pv_remap_range(void *begin, unsigned long bits, void *end);
void pv_mmuext(unsigned long op, unsigned long x, unsigned long y);
void pv_print(const char *text);
void pv_print_number(long number);
__attribute__((noreturn)) void pv_power_off(unsigned long reason);

extern const unsigned char *pv_start;
extern unsigned char *pv_shared;
extern unsigned long pv_first_root;

#endif
#endif
