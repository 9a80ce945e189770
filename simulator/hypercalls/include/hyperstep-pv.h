/*
 * HyperStep's interface for guests that know of their hypervisor: one SBI extension, answered under every way to virtualize, and not
 * supported on the bare machine. docs/hypercalls.md says what each call does. This file is made of a table: simulator/hypercalls/table.ts.
 */
#ifndef HYPERSTEP_PV_H
#define HYPERSTEP_PV_H

#define PV_EXTENSION                    0x0a004853  /* in a7, of every call */

/* Calls: in a6. The result is an SBI error in a0, and a value in a1. */
#define PV_VERSION                      0           /* The version of this interface: major in bits 31:16, minor in bits 15:0. */
#define PV_MMU_UPDATE                   1           /* Writes entries of page tables, each checked. Its value is how many were written; the first that may not be ends it. */
#define PV_UPDATE_VA                    2           /* Writes the entry of level 0 by which the present kernel root maps an address. */
#define PV_MMUEXT                       3           /* Pins tables, chooses roots, forgets translations. Its value is how many operations were done; the first that may not be ends it. */
#define PV_MMUEXT_PIN                   0           /* op: The frame at machine address x becomes a table of level y, and stays one. */
#define PV_MMUEXT_UNPIN                 1           /* op: It need not be one any more. */
#define PV_MMUEXT_KERNEL_ROOT           2           /* op: Where the kernel of this virtual CPU runs: a table of level 2 at x. */
#define PV_MMUEXT_USER_ROOT             3           /* op: Where its programs run; 0 for none. */
#define PV_MMUEXT_FLUSH                 4           /* op: This virtual CPU forgets the page at x. */
#define PV_MMUEXT_FLUSH_ALL             5           /* op: This virtual CPU forgets all translations. */
#define PV_MMUEXT_FLUSH_ON              6           /* op: The virtual CPUs whose bits y has forget the page at x. */
#define PV_MMUEXT_FLUSH_ALL_ON          7           /* op: The virtual CPUs whose bits x has forget all translations. */
#define PV_SET_TRAP                     4           /* The one vector of this virtual CPU: exceptions, system calls and upcalls come there. */
#define PV_IRET                         5           /* Returns from a trap: pc, mode and interrupt flag come from sepc and status of the words of this virtual CPU, then t0, sp, a6 and a7. The root follows the mode. */
#define PV_VCPU_OP                      6           /* Starts and stops virtual CPUs. */
#define PV_VCPU_OP_INITIALISE           0           /* op: Says where it begins. Once, before it is up. */
#define PV_VCPU_OP_UP                   1           /* op: It runs. */
#define PV_VCPU_OP_DOWN                 2           /* op: The caller stops; another up lets it go on behind this call. */
#define PV_VCPU_OP_STATE                3           /* op: Its value: 0 not initialised, 1 down, 2 up. */
#define PV_SCHED_OP                     7           /* What the scheduler is to do with the virtual CPU that calls, or with its virtual machine. */
#define PV_SCHED_OP_YIELD               0           /* op: Lets others have the hart that want it too. */
#define PV_SCHED_OP_BLOCK               1           /* op: Waits for an interrupt that is enabled in sie, whatever sstatus.SIE says, as wfi does; at once where one is pending. Under para it sets IE and waits for an upcall. */
#define PV_SCHED_OP_POLL                2           /* op: Waits until one of the ports is pending, masked or not: arg is the address of their numbers, 4 bytes each. */
#define PV_SCHED_OP_SUSPEND             3           /* op: Pauses the virtual machine, until somebody lets it go on; then the call returns. */
#define PV_SCHED_OP_CRASH               4           /* op: Ends the virtual machine: its kernel cannot go on. What onCrash says follows. */
#define PV_EVENT                        8           /* Event channels: ports that become pending, with an upcall to a virtual CPU unless they are masked. */
#define PV_EVENT_ALLOC_UNBOUND          0           /* op: A new port, to which the virtual machine of id x may bind. Its value is the port. */
#define PV_EVENT_BIND                   1           /* op: A new port, bound to port y of the virtual machine of id x, which is unbound and for this one. Its value is the port. */
#define PV_EVENT_VIRQ                   2           /* op: A port for something of the hypervisor: x is 0 timer, 1 balloon, 2 bus. The timer is that of the virtual CPU that calls, and goes by a port under para alone. Its value is the port. */
#define PV_EVENT_IPI                    3           /* op: A port by which virtual CPU x is told something. Its value is the port. */
#define PV_EVENT_PIRQ                   4           /* op: A port for the interrupt of source x of the PLIC. Its value is the port. */
#define PV_EVENT_SEND                   5           /* op: What is bound to port x becomes pending: the other end, or the IPI. */
#define PV_EVENT_CLOSE                  6           /* op: Port x is free; the other end is unbound. */
#define PV_EVENT_UNMASK                 7           /* op: Port x is not masked any more; its upcall comes now where it is pending. Of a device the next interrupt can come. */
#define PV_EVENT_TO_VCPU                8           /* op: Upcalls of port x come to virtual CPU y. */
#define PV_EVENT_DELIVER                9           /* op: The upcall that is pending comes now, where IE is set: for who has set it with something pending. */
#define PV_GRANT                        9           /* Frames that others may map. Not built yet: it comes with the service VM. */
#define PV_MEMORY                       10          /* How much memory the virtual machine has. Of increase and decrease the value is how many frames it was. */
#define PV_MEMORY_INCREASE              0           /* op: The guest-physical frames of the list get memory, which is zero. Under para each entry is replaced by its machine address. */
#define PV_MEMORY_DECREASE              1           /* op: Memory goes back to the host: the frames of the list. */
#define PV_MEMORY_TARGET                2           /* op: How many frames it is to have. */
#define PV_MEMORY_MAXIMUM               3           /* op: How many frames it may have. */
#define PV_DEVICE                       11          /* The smallest bus. Not built yet: it comes with the service VM. */
#define PV_MULTICALL                    12          /* Several calls one after the other, for one exit. Its value is how many were made. iret, block, poll, suspend, crash and multicall are denied inside. */

/* Of PV_EVENT_VIRQ: what the hypervisor tells by a port. */
#define PV_VIRQ_TIMER                   0           /* a port for it: timer */
#define PV_VIRQ_BALLOON                 1           /* a port for it: balloon */
#define PV_VIRQ_BUS                     2           /* a port for it: bus */

/* The shared page: a bit for each port, then the words of each virtual CPU. */
#define PV_SHARED_PAGE                  0x8007f000  /* its guest-physical address, as the device tree says; not under para */
#define PV_UPCALL_SOURCE                12          /* the source of the PLIC by which upcalls come, likewise */
#define PV_PENDING                      0           /* 64 doublewords: ports that are pending */
#define PV_MASK                         512         /* 64 doublewords: ports that make no upcall */
#define PV_WORDS                        1024        /* of virtual CPU 0 */
#define PV_WORDS_BYTES                  128         /* of one virtual CPU */
#define PV_WORD_UPCALL_PENDING          0           /* A port that is not masked has become pending: who handles them clears it first. */
#define PV_WORD_IE                      1           /* Upcalls may come: what sstatus.SIE is elsewhere. */
#define PV_WORD_STATUS                  8           /* Of the last trap: SPP and SPIE, where sstatus has them. */
#define PV_WORD_SEPC                    16          /* Where the last trap was. */
#define PV_WORD_SCAUSE                  24          /* What it was; of an upcall interrupt 9. */
#define PV_WORD_STVAL                   32          /* The address or instruction of it. */
#define PV_WORD_SSCRATCH                40          /* The kernel has it for itself. */
#define PV_WORD_SP                      48          /* x2 as it was at the last trap, and is to be after iret. */
#define PV_WORD_T0                      56          /* x5, likewise. */
#define PV_WORD_A6                      64          /* x16 as it is to be after iret, which needs that register itself. */
#define PV_WORD_A7                      72          /* x17, likewise. */
#define PV_WORD_PENDING_SEL             80          /* A bit for each doubleword of pending ports in which one has become so. */
#define PV_WORD_STOLEN                  88          /* Nanoseconds for which others had the hart that it wanted. */

/* The start page, of the engine para: its address is in a1 at the start. */
#define PV_START_MAGIC                  0           /* The characters hyperstp. */
#define PV_START_VERSION                8           /* Of this interface: major in bits 31:16, minor in bits 15:0. */
#define PV_START_VM                     16          /* The id of the virtual machine. */
#define PV_START_VCPUS                  24          /* How many virtual CPUs it has. */
#define PV_START_FRAMES                 32          /* How many guest-physical frames there are, from address 0x80000000. */
#define PV_START_P2M                    40          /* The address of its map: of each guest-physical frame the machine address, a doubleword; 0 where there is no memory. */
#define PV_START_M2P                    48          /* The address of the map back, by machine frame: the guest-physical address, a doubleword; 0 for what is not its own. Only the kernel can read it. */
#define PV_START_M2P_FIRST              56          /* The machine address of the first frame of that map. */
#define PV_START_SHARED                 64          /* The address of the shared page. */
#define PV_START_SHARED_MA              72          /* Its machine address. */
#define PV_START_ROOT                   80          /* The machine address of the kernel root. */
#define PV_START_FREE_BEGIN             88          /* The first address that is mapped and free. */
#define PV_START_FREE_END               96          /* Behind the last one. */
#define PV_START_DEVICE_TREE            104         /* The address of the device tree. */
#define PV_START_INITRD                 112         /* The address of the initial RAM disk; 0 without one. */
#define PV_START_INITRD_BYTES           120         /* Its size. */
#define PV_START_COMMAND_LINE           128         /* The address of the kernel's command line, which ends with a 0. */

#ifdef __ASSEMBLER__

/* pv_guest: says that this program was ported. The engine para runs no others. */
        .macro  pv_guest
        .pushsection .rodata
        .balign 4
        .4byte  10, 4, 22096
        .asciz  "HyperStep"
        .balign 4
        .4byte  65536
        .popsection
        .endm

/* hypercall FUNCTION: makes a call with the arguments in a0 up. Changes a0, a1, a6 and a7. */
        .macro  hypercall function
        li      a6, \function
        li      a7, PV_EXTENSION
        ecall
        .endm

#else

/* PV_GUEST in one source says that this program was ported. The engine para runs no others. */
#define PV_GUEST \
        __attribute__((used, aligned(4))) static const struct { \
                unsigned int name_bytes, descriptor_bytes, type; \
                char name[12]; \
                unsigned int version; \
        } pv_guest_note = { 10, 4, 22096, "HyperStep", 65536 }

struct pv_result {
        long error;
        unsigned long value;
};

static inline struct pv_result pv_call4(unsigned long function, unsigned long first, unsigned long second,
                                        unsigned long third, unsigned long fourth)
{
        register unsigned long a0 __asm__("a0") = first;
        register unsigned long a1 __asm__("a1") = second;
        register unsigned long a2 __asm__("a2") = third;
        register unsigned long a3 __asm__("a3") = fourth;
        register unsigned long a6 __asm__("a6") = function;
        register unsigned long a7 __asm__("a7") = PV_EXTENSION;

        __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
        return (struct pv_result){ (long)a0, a1 };
}

static inline struct pv_result pv_call(unsigned long function, unsigned long first, unsigned long second)
{
        return pv_call4(function, first, second, 0, 0);
}

#endif
#endif
