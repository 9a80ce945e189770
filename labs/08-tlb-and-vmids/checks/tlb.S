# Changes entries of page tables, has them fenced, and looks what the TLB has then. Nothing is to be changed here.

#ifndef TAG
#define TAG 1                          // ASID of the one address space, VMID of the one virtual machine; the other has the next
#endif

        .equ    A, 0x40000000           # two pages that are looked at
        .equ    B, 0x40001000
        .equ    KERNEL_BITS, 0xef       # D A G X W R V: in every address space
        .equ    BITS, 0xc7              # D A W R V
        .equ    GUEST_BITS, 0xd7        # D A U W R V

# Writes the entry for the page at label \page into the table, at an index.
        .macro  entry table, index, page, bits
        la      t0, \table
        la      t1, \page
        srli    t1, t1, 2
        ori     t1, t1, \bits
        li      t2, \index * 8
        add     t0, t0, t2
        sd      t1, 0(t0)
        .endm

# A register with a root and its tag, of the scheme 8 (Sv39, Sv39x4).
        .macro  root register, table, tag
        la      t0, \table
        srli    t0, t0, 12
        li      t1, (8 << 60) | ((\tag) << 44)
        or      \register, t0, t1
        .endm

        .globl  _start
_start: la      sp, stack_top
        .irp    space, 1, 2
        la      t0, root\space
        li      t1, (0x80000 << 10) | KERNEL_BITS
        sd      t1, 16(t0)
        entry   root\space, 1, middle\space, 1
        entry   middle\space, 0, leaves\space, 1
        entry   guest_root\space, 0, guest_middle\space, 1
        entry   guest_middle\space, 0, guest_leaves\space, 1
        .endr
        .irp    space, 1, 2
        entry   leaves\space, 0, old_page, BITS
        entry   leaves\space, 1, old_page, BITS
        entry   guest_leaves\space, 1, old_page, GUEST_BITS
        entry   guest_leaves\space, 2, old_page, GUEST_BITS
        .endr
        root    s10, root1, TAG
        root    s11, root2, TAG + 1

# A page of the address space 1 is mapped elsewhere. (So are its neighbour and the same page of the address space 2, of which the fence is told nothing.)
        csrw    satp, s11
        sfence.vma
        li      s0, A
        li      s1, B
        ld      t3, 0(s0)
        csrw    satp, s10
        ld      t3, 0(s0)
        ld      t4, 0(s1)
        entry   leaves2, 0, new_page, BITS
        entry   leaves1, 1, new_page, BITS
        entry   leaves1, 0, new_page, BITS
changed:
        ld      s2, 0(s0)               # without a fence
after_change:
        mv      a0, s0
        li      a1, TAG
        call    page_changed
        ld      s2, 0(s0)               # the page
        ld      s3, 0(s1)               # its neighbour
        csrw    satp, s11
        ld      s4, 0(s0)               # the page of the address space 2
page_checked:
        csrw    satp, s10

# The address space 1 has got another program. (So has the address space 2, of which the fence is told nothing.)
        entry   leaves1, 0, old_page, BITS
        entry   leaves1, 1, old_page, BITS
        entry   leaves2, 0, old_page, BITS
        sfence.vma
        ld      t3, 0(s0)
        ld      t4, 0(s1)
        csrw    satp, s11
        ld      t3, 0(s0)
both_filled:
        nop                             # stand here
        entry   leaves1, 0, new_page, BITS
        entry   leaves1, 1, new_page, BITS
        entry   leaves2, 0, new_page, BITS
        li      a0, TAG
        call    space_gone
        ld      s3, 0(s0)               # of the address space 2
        csrw    satp, s10
        ld      s2, 0(s0)               # two pages of the address space 1
        ld      s4, 0(s1)
space_checked:

# A guest-physical page of the virtual machine 1 lies elsewhere. (So do its neighbour and the same page of the virtual machine 2.)
        csrw    vsatp, zero
        li      t0, 1 << 8              # hstatus.SPVP: hlv reads as VS-mode
        csrs    hstatus, t0
        root    s8, guest_root1, TAG
        root    s9, guest_root2, TAG + 1
        csrw    hgatp, s9
        hfence.gvma
        li      s0, 0x1000
        li      s1, 0x2000
        hlv.d   t3, (s0)
        csrw    hgatp, s8
        hlv.d   t3, (s0)
        hlv.d   t4, (s1)
        entry   guest_leaves1, 1, new_page, GUEST_BITS
        entry   guest_leaves1, 2, new_page, GUEST_BITS
        entry   guest_leaves2, 1, new_page, GUEST_BITS
        mv      a0, s0
        li      a1, TAG
        call    guest_page_changed
        hlv.d   s2, (s0)                # the page
        hlv.d   s3, (s1)                # its neighbour
        csrw    hgatp, s9
        hlv.d   s4, (s0)                # the page of the virtual machine 2
guest_page_checked:
        csrw    hgatp, s8

# The virtual machine 1 has ended; its number goes to another one. (So has the virtual machine 2, of which the fence is told nothing.)
        entry   guest_leaves1, 1, old_page, GUEST_BITS
        entry   guest_leaves1, 2, old_page, GUEST_BITS
        entry   guest_leaves2, 1, old_page, GUEST_BITS
        hfence.gvma
        hlv.d   t3, (s0)
        hlv.d   t4, (s1)
        csrw    hgatp, s9
        hlv.d   t3, (s0)
vms_filled:
        nop                             # stand here
        entry   guest_leaves1, 1, new_page, GUEST_BITS
        entry   guest_leaves1, 2, new_page, GUEST_BITS
        entry   guest_leaves2, 1, new_page, GUEST_BITS
        li      a0, TAG
        call    vm_gone
        hlv.d   s3, (s0)                # of the virtual machine 2
        csrw    hgatp, s8
        hlv.d   s2, (s0)                # two pages of the virtual machine 1
        hlv.d   s4, (s1)
vm_checked:

        li      a0, 0
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

        .data
        .balign 16384
guest_root1:    .space  16384
guest_root2:    .space  16384
root1:          .space  4096
root2:          .space  4096
middle1:        .space  4096
middle2:        .space  4096
leaves1:        .space  4096
leaves2:        .space  4096
guest_middle1:  .space  4096
guest_middle2:  .space  4096
guest_leaves1:  .space  4096
guest_leaves2:  .space  4096
old_page:
        .dword  0x01d
        .balign 4096
new_page:
        .dword  0x2e5
        .balign 4096
        .space  4096
stack_top:
