/*
 * HyperStep's interface for guests that know of their hypervisor: one SBI extension, answered under every way to virtualize, and not
 * supported on the bare machine. docs/hypercalls.md says what each call does. This file is made of a table: simulator/hypercalls/table.ts.
 */
#ifndef HYPERSTEP_PV_H
#define HYPERSTEP_PV_H

#define PV_EXTENSION                    0x0a004853  /* in a7, of every call */

/* Calls: in a6. The result is an SBI error in a0, and a value in a1. */
#define PV_VERSION                      0           /* The version of this interface: major in bits 31:16, minor in bits 15:0. */
#define PV_SCHED_OP                     7           /* What the scheduler is to do with the virtual CPU that calls, or with its virtual machine. */
#define PV_SCHED_OP_YIELD               0           /* op: Lets others have the hart that want it too. */
#define PV_SCHED_OP_BLOCK               1           /* op: Waits for an interrupt that is enabled in sie, whatever sstatus.SIE says, as wfi does; at once where one is pending. */
#define PV_SCHED_OP_SUSPEND             3           /* op: Pauses the virtual machine, until somebody lets it go on; then the call returns. */
#define PV_SCHED_OP_CRASH               4           /* op: Ends the virtual machine: its kernel cannot go on. What onCrash says follows. */
#define PV_MULTICALL                    12          /* Several calls one after the other, for one exit. Its value is how many were made. block, suspend, crash and multicall are denied inside. */

#ifdef __ASSEMBLER__

/* hypercall FUNCTION: makes a call with the arguments in a0 up. Changes a0, a1, a6 and a7. */
        .macro  hypercall function
        li      a6, \function
        li      a7, PV_EXTENSION
        ecall
        .endm

#else

struct pv_result {
        long error;
        unsigned long value;
};

static inline struct pv_result pv_call(unsigned long function, unsigned long first, unsigned long second)
{
        register unsigned long a0 __asm__("a0") = first;
        register unsigned long a1 __asm__("a1") = second;
        register unsigned long a6 __asm__("a6") = function;
        register unsigned long a7 __asm__("a7") = PV_EXTENSION;

        __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
        return (struct pv_result){ (long)a0, a1 };
}

#endif
#endif
