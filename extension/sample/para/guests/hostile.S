# A kernel that tries what no guest of para may do: to map what is not its own, to write its tables, to reach the VMM, to mislead it by its lists. It prints
# what each attempt was answered, and goes on: an error is an answer, and nothing was done. (-3: wrong in itself, -4: not for this guest, -2: there is
# no such call.) Where the hardware refuses, the kernel gets the trap.

#! test "is refused whatever it tries, and survives"
#! engines para
#! expect console "another's frame: -4\nits own table, to be written: -4\na superpage: -3\na global page: -3\nmemory with U=0: -3\na register of the machine's own: -3\nan entry of level 0 that is no leaf: -3\nan entry where there is no table: -3\nthe VMM's entry of its root: -4\na table that it can write: -4\na table that leads to another's frame: -4\na level that there is not: -3\na root of both kinds: -3\nno kernel root: -3\nunpinning what is not pinned: -3\na list at an odd address: -3\na list in the VMM's memory: -3\na list that is too long: -3\na call that there is not: -2\nthe firmware's calls of harts: -2\na program without tables: -4\na store to its table: cause 15\na store to the map of frames: cause 15\na load from the VMM: cause 13\nsatp: cause 2\nsret: cause 2\nIt survives.\n"
#! expect never at wrong

#include "../pv.S"

#define SBI_HSM             0x48534d
#define ROOT_OF_VMM         511 * 8
#define VMM_MEMORY          0xffffffffc0000000  /* what that entry maps */
#define CLINT               0x02000000

# attempt TEXT: what comes now. The answer of a call is told by told, from a0; a trap is told where it comes.
        .macro  attempt text
        .pushsection .rodata
9:      .asciz  "\text: "
        .popsection
        la      a0, 9b
        call    pv_print
        .endm

# entry_is AT, VALUE: mmu_update with one entry, of addresses in registers, told.
        .macro  entry_is at, value
        sd      \at, list, t0
        sd      \value, list + 8, t0
        la      a0, list
        li      a1, 1
        hypercall PV_MMU_UPDATE
        call    told
        .endm

# does OP, X, Y: mmuext with one operation, told.
        .macro  does op, x, y=zero
        li      t0, \op
        sd      t0, list, t1
        sd      \x, list + 8, t1
        sd      \y, list + 16, t1
        la      a0, list
        li      a1, 1
        hypercall PV_MMUEXT
        call    told
        .endm

        .section .text
        .globl  _start
_start: la      sp, stack_top
        call    pv_begin
        la      a0, trap
        la      a1, stack_top
        hypercall PV_SET_TRAP
        ld      s0, pv_first_root
        la      a0, table               # an empty table of level 0
        li      a1, PV_READ_ONLY
        call    pv_remap
        la      a0, table
        call    pv_machine
        mv      s2, a0
        mv      a1, a0
        li      a0, PV_MMUEXT_PIN
        li      a2, 0
        call    pv_mmuext
        la      a0, page
        call    pv_machine
        mv      s3, a0
        srli    s4, s3, 2               # an entry's page number of it

        attempt "another's frame"
        li      t2, RAM >> 2 | PV_PAGE  # the first frame of the machine's memory is the VMM's
        entry_is s2, t2
        attempt "its own table, to be written"
        srli    t2, s2, 2
        ori     t2, t2, PV_PAGE
        entry_is s2, t2
        attempt "a superpage"
        addi    t3, s0, 8
        ori     t2, s4, PV_PAGE
        entry_is t3, t2
        attempt "a global page"
        ori     t2, s4, PV_PAGE | 1 << 5
        entry_is s2, t2
        attempt "memory with U=0"
        ori     t2, s4, PTE_V | PTE_R
        entry_is s2, t2
        attempt "a register of the machine's own"
        li      t2, CLINT >> 2 | PTE_V | PTE_R | PTE_W
        entry_is s2, t2
        attempt "an entry of level 0 that is no leaf"
        ori     t2, s4, PTE_V
        entry_is s2, t2
        attempt "an entry where there is no table"
        ori     t2, s4, PV_PAGE
        entry_is s3, t2
        attempt "the VMM's entry of its root"
        li      t0, ROOT_OF_VMM
        add     t3, s0, t0
        ori     t2, s4, PTE_V
        entry_is t3, t2
        attempt "a table that it can write"
        does    PV_MMUEXT_PIN, s3
        attempt "a table that leads to another's frame"
        li      t2, RAM >> 2 | PV_PAGE
        sd      t2, page, t0
        la      a0, page
        li      a1, PV_READ_ONLY
        call    pv_remap
        does    PV_MMUEXT_PIN, s3
        attempt "a level that there is not"
        li      t2, 3
        does    PV_MMUEXT_PIN, s3, t2
        attempt "a root of both kinds"
        does    PV_MMUEXT_USER_ROOT, s0
        attempt "no kernel root"
        does    PV_MMUEXT_KERNEL_ROOT, zero
        attempt "unpinning what is not pinned"
        does    PV_MMUEXT_UNPIN, s3
        attempt "a list at an odd address"
        la      a0, list + 4
        li      a1, 1
        hypercall PV_MMU_UPDATE
        call    told
        attempt "a list in the VMM's memory"
        li      a0, VMM_MEMORY
        li      a1, 1
        hypercall PV_MMU_UPDATE
        call    told
        attempt "a list that is too long"
        la      a0, list
        li      a1, 513
        hypercall PV_MMU_UPDATE
        call    told
        attempt "a call that there is not"
        hypercall 1000
        call    told
        attempt "the firmware's calls of harts"
        li      a6, 0
        li      a7, SBI_HSM
        ecall
        call    told
        attempt "a program without tables"
        hypercall PV_IRET               # status is 0 up to now: SPP says that it goes there
        call    told

        attempt "a store to its table"
        la      t1, table
        sw      zero, (t1)
        attempt "a store to the map of frames"
        ld      t1, pv_start
        ld      t1, PV_START_M2P(t1)
        sw      zero, (t1)
        attempt "a load from the VMM"
        li      t1, VMM_MEMORY
        lw      t1, (t1)
        attempt "satp"
        csrw    satp, zero
        attempt "sret"
        sret
        la      a0, survives
        call    pv_print
        li      a0, 0
        j       pv_power_off
wrong:  li      a0, SRST_SYSTEM_FAILURE
        j       pv_power_off

# told: prints the error in a0; an attempt that succeeds is the end. tell: prints the number in a0. No trap comes in them, so that both have s5.
told:   beqz    a0, wrong
tell:   mv      s5, ra
        call    pv_print_number
        la      a0, newline
        call    pv_print
        jr      s5

# Traps: told, and passed over. All instructions that trap here have four bytes.
trap:   pv_enter
        ld      t1, PV_WORD_SEPC(t0)
        addi    t1, t1, 4
        sd      t1, PV_WORD_SEPC(t0)
        la      a0, cause
        call    pv_print
        ld      t0, FRAME_WORDS(sp)
        ld      a0, PV_WORD_SCAUSE(t0)
        call    tell
        pv_leave

        .section .rodata
survives: .asciz "It survives.\n"
cause:  .asciz  "cause "
newline: .asciz "\n"

        .section .bss
        .balign PAGE
table:  .skip   PAGE
page:   .skip   PAGE
list:   .skip   32
        .skip   PAGE
stack_top:
