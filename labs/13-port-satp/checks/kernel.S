# A kernel that was ported to its hypervisor but for three functions, which are in port.S.
#include <hyperstep-pv.h>

#define PAGE            4096
#define WINDOW          0x40000000
#define V               1
#define VRWAD           0xc7            /* a page that may be read and written: on the bare machine, of a kernel's */
#ifndef BEHIND
#define BEHIND          0               /* so far behind frames the two pages of the window are */
#endif

        pv_guest

# frame N: the page of a space, in a0. Changes t0.
        .macro  frame n
        la      a0, frames
        li      t0, BEHIND + (\n - 1) * PAGE
        add     a0, a0, t0
        .endm

# space N: a root with the kernel's memory where it is, and a page of its own at WINDOW.
        .macro  space n
        sd      s1, root\n + 2 * 8, t0
        la      a0, middle\n
        li      a1, V
        call    make_entry
        sd      a0, root\n + 1 * 8, t0
        la      a0, leaves\n
        li      a1, V
        call    make_entry
        sd      a0, middle\n, t0
        frame   \n
        li      t0, \n
        sd      t0, (a0)                # each page has the number of its space
        li      a1, VRWAD
        call    make_entry
        sd      a0, leaves\n, t0
        .irp    table, root\n, middle\n, leaves\n
        la      a0, \table
        call    protect
        .endr
        .endm

        .section .text
        .globl  _start
_start: la      sp, stack_top
        sd      a1, start_page, t0
        la      a0, trap
        la      a1, stack_top
        hypercall PV_SET_TRAP

        frame   1
        li      a1, VRWAD
        call    make_entry
got_page:
        la      a0, middle1
        li      a1, V
        call    make_entry
got_table:
        la      a0, alone
        call    protect
        li      s2, 0
        la      t1, alone
        lw      t2, (t1)
tries:  sw      t1, (t1)                # s2 is the cause by which it fails
tried:
        ld      a1, start_page          # where the first root has the kernel: both spaces have it there
        ld      t0, PV_START_M2P_FIRST(a1)
        ld      t1, PV_START_ROOT(a1)
        sub     t1, t1, t0
        srli    t1, t1, 12
        slli    t1, t1, 3
        ld      t0, PV_START_M2P(a1)
        add     t1, t1, t0
        ld      t1, (t1)                # the first root, by its address here
        ld      s1, 2 * 8(t1)
        space   1
        space   2

        li      s3, 0
        la      a0, root1
        call    use_root
        li      t1, WINDOW
        ld      s3, (t1)
in_first:
        la      a0, root2
        call    use_root
        li      t1, WINDOW
        ld      s3, (t1)
in_second:
        la      a0, root1
        call    use_root
        li      t1, WINDOW
        ld      s3, (t1)
back:
        li      a0, 0                   # the end
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

# Traps: passed over. The cause is in s2.
trap:   ld      s2, PV_WORD_SCAUSE(t0)
        ld      t1, PV_WORD_SEPC(t0)
        addi    t1, t1, 4
        sd      t1, PV_WORD_SEPC(t0)
        hypercall PV_IRET

        .section .data
        .balign 8
        .globl  start_page
start_page: .dword 0

        .section .bss
        .balign PAGE
        .irp    n, 1, 2
root\n:   .skip PAGE
middle\n: .skip PAGE
leaves\n: .skip PAGE
        .endr
alone:  .skip   PAGE
frames: .skip   2 * PAGE
        .skip   PAGE
stack_top:
