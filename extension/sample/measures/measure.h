/*
 * What the guests of this folder share. `hyperstep compare` runs each under every way to virtualize, and measures it between the labels
 * measure_begin and measure_end; measure_operations says how often it does there what it is about.
 */
#include "../kernel.h"

#define PTE_A               (1 << 6)
#define PTE_D               (1 << 7)
#define PTE_KERNEL          (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

#define CAUSE_SSI           1           /* an interrupt: the highest bit of scause is set beside it */
#define SIP_SSIP            (1 << 1)
#define SSTATUS_SIE         (1 << 1)

/* Calls to the firmware (SBI). */
#define SBI_IPI             0x735049
#define SBI_HSM             0x48534d
#define HSM_HART_START      0

/* power_off REASON: the end. SRST_SYSTEM_FAILURE says that something was not as it should be. */
        .macro  power_off reason=SRST_SHUTDOWN
        li      a7, SBI_SRST
        li      a6, 0
        li      a0, 0                   # shutdown
        li      a1, \reason
        ecall
        .endm

/* pte REGISTER, LABEL, FLAGS: the entry of a page table that leads to a label. Changes t6. */
        .macro  pte register, label, flags
        la      \register, \label
        srli    \register, \register, 12
        slli    \register, \register, 10
        li      t6, \flags
        or      \register, \register, t6
        .endm

/* paging_on ROOT: Sv39 with the root table at a label, and ASID 0. Changes t0 and t6. */
        .macro  paging_on root
        la      t0, \root
        srli    t0, t0, 12
        li      t6, SATP_SV39
        or      t0, t0, t6
        csrw    satp, t0
        sfence.vma
        .endm
