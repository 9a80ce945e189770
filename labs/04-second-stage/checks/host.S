# A hypervisor that maps four pages for a guest and enters it. Nothing is to be changed here.

#ifndef HIGH
#define HIGH 0x8000000000              // 512 GiB
#endif

        .globl  _start
_start: la      sp, stack_top
        la      t0, hs_trap
        csrw    stvec, t0
        la      t0, tables
        la      t1, next_table
        sd      t0, 0(t1)

        li      a0, 0x200000
        la      a1, guest_code
        li      a2, 2 | 8               # R, X
        call    map
        li      a0, 0x201000
        la      a1, data_page
        li      a2, 2 | 4               # R, W
        call    map
        li      a0, 0x3ff000
        la      a1, far_page
        li      a2, 2
        call    map
        li      a0, HIGH
        la      a1, high_page
        li      a2, 2
        call    map

        la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60             # Sv39x4
        or      t0, t0, t1
        csrw    hgatp, t0
        hfence.gvma
        csrw    vsatp, zero             # the guest has no tables of its own
        li      t0, 1 << 7              # hstatus.SPV
        csrs    hstatus, t0
        li      t0, 1 << 8              # SPP
        csrs    sstatus, t0
        li      t0, 0x200000
        csrw    sepc, t0
enter:  sret

# Every trap of the guest: the store to the page that is only to be read is the one that is expected.
        .balign 4
hs_trap:
        csrr    s2, scause
        csrr    s3, htval
        li      t0, 23
        li      a1, 0
        beq     s2, t0, end
        li      a1, 1
end:    li      a0, 0
        li      a6, 0
        li      a7, 0x53525354
        ecall
        j       .

# The guest. It runs at the guest-physical address 0x200000.
        .balign 4096
guest_code:
        li      t0, 0x201000
        lw      a0, 0(t0)
got_data:
        sw      a0, 4(t0)
stored: li      t1, 0x3ff000
        lw      a1, 0(t1)
got_far:
        li      t2, HIGH
        lw      a2, 0(t2)
got_high:
        nop
store:  sw      a0, 0(t1)
not_reached:
        j       .
        .balign 4096

        .data
        .globl  root, tables, next_table
        .balign 16384
root:   .space  16384
tables: .space  4096 * 16               # for map to take, one after the other
data_page:
        .word   0x11111111
        .balign 4096
far_page:
        .word   0x22222222
        .balign 4096
high_page:
        .word   0x33333333
        .balign 4096
next_table:
        .dword  0                       # the first one that is free
        .space  4096
stack_top:
