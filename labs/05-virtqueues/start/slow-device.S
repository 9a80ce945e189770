# A device of software that is slow: it uses an entry only a while after it was handed over. And it sees whether the index of the
# available ring is counted on too early. Nothing is to be changed here.

        .equ    SIZE, 4                 # of the queue
        .equ    PAGE, 0xcf              # V, R, W, X, A, D
        .equ    NO_WRITES, 0x43         # V, R, A
        .equ    LAST, 65534             # requests before the indices begin anew, but two

        .globl  _start, descriptors, available, used
_start: la      sp, stack_top
        la      t0, trap
        csrw    stvec, t0
        li      s0, 0                   # requests that the device has used
        li      s2, 0                   # those that came back right, of six
        li      s4, 0                   # of six others, around 65536
        li      s5, 0                   # the order: 1 is right, 2 is wrong, 0: nothing was written

# The first request: each first write into the pages of the driver's two parts traps.
        call    paging_on
        la      a0, buffer
        li      a1, 16
        call    ring_add
        csrw    satp, zero
        sfence.vma
ordered:
        call    use_entry
        call    ring_wait

        li      t0, 1 << 5              # timer interrupts
        csrs    sie, t0
        csrsi   sstatus, 2
        li      s3, 6
1:      call    slow_request
        add     s2, s2, a0
        addi    s3, s3, -1
        bnez    s3, 1b
waited:

        li      s3, LAST
1:      la      a0, buffer              # the device is fast for a while
        li      a1, 16
        call    ring_add
        call    use_entry
        call    ring_wait
        bltu    s0, s3, 1b

        li      s3, 6
1:      call    slow_request
        add     s4, s4, a0
        addi    s3, s3, -1
        bnez    s3, 1b
around:
        li      a0, 0
        li      a1, 0
        li      a6, 0
        li      a7, 0x53525354          # SBI: system reset
        ecall
        j       .

# A request that the device uses when the timer says so. Returns in a0: 1 if ring_wait has waited and returns the length that was written.
slow_request:
        mv      s6, ra
        la      a0, buffer
        li      a1, 16
        call    ring_add
        mv      s7, s0
        rdtime  a0
        addi    a0, a0, 20
        call    set_timer
        call    ring_wait
        xor     a0, a0, s0              # the length is the number of the request, from 1
        seqz    a0, a0
        csrci   sstatus, 2
        sub     t0, s0, s7
        bnez    t0, 1f
        call    use_entry               # ring_wait did not wait
        li      a0, -1
        call    set_timer
        li      a0, 0
1:      csrsi   sstatus, 2
        mv      ra, s6
        ret

# What the device does: it writes the entry, and counts its index on.
use_entry:
        la      t0, used
        andi    t1, s0, SIZE - 1
        slli    t2, t1, 3
        add     t2, t2, t0
        addi    s0, s0, 1
        sw      t1, 4(t2)
        sw      s0, 8(t2)
        fence   w, w
        sh      s0, 2(t0)
        ret

set_timer:
        li      a6, 0
        li      a7, 0x54494d45          # SBI: timer
        ecall
        ret

        .balign 4
trap:   addi    sp, sp, -64
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      a0, 32(sp)
        sd      a1, 40(sp)
        sd      a6, 48(sp)
        sd      a7, 56(sp)
        csrr    t0, scause
        bltz    t0, timer
        li      t1, 15                  # a store page fault
        beq     t0, t1, first_write
        j       .
timer:  call    use_entry
        li      a0, -1
        call    set_timer
        j       leave

# The first write into a page: the index may be neither what is written nor counted on already.
first_write:
        la      t0, available
        lhu     t1, 2(t0)
        bnez    t1, 1f
        addi    t0, t0, 2
        csrr    t1, stval
        beq     t0, t1, 1f
        bnez    s5, 2f
        li      s5, 1
        j       2f
1:      li      s5, 2
2:      csrr    a0, stval
        li      a1, PAGE
        call    map_page
leave:  ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      a0, 32(sp)
        ld      a1, 40(sp)
        ld      a6, 48(sp)
        ld      a7, 56(sp)
        addi    sp, sp, 64
        sret

# Every address means itself: the 2 MiB at 0x80200000 page by page, those around them as they are.
paging_on:
        mv      s6, ra
        la      t0, root
        la      t1, middle
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 16(t0)
        la      t0, middle
        li      t1, (0x80000000 >> 2) | PAGE
        sd      t1, 0(t0)
        li      t1, (0x80400000 >> 2) | PAGE
        sd      t1, 16(t0)
        la      t1, pages
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 8(t0)
        li      s3, 512
        li      a0, 0x80200000
1:      li      a1, PAGE
        call    map_page
        li      t0, 4096
        add     a0, a0, t0
        addi    s3, s3, -1
        bnez    s3, 1b
        la      a0, descriptors
        li      a1, NO_WRITES
        call    map_page
        la      a0, available
        call    map_page
        la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60             # Sv39
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        mv      ra, s6
        ret

# Maps the page of the address a0 with the bits a1.
map_page:
        srli    t0, a0, 12
        slli    t1, t0, 10
        or      t1, t1, a1
        andi    t0, t0, 0x1ff
        slli    t0, t0, 3
        la      t2, pages
        add     t0, t0, t2
        sd      t1, 0(t0)
        sfence.vma
        ret

        .bss
        .balign 4096
descriptors:
        .space  16 * SIZE
        .balign 4096
available:
        .space  4 + 2 * SIZE
        .balign 4096
root:   .space  4096
middle: .space  4096
pages:  .space  4096
used:   .space  4 + 8 * SIZE
        .balign 8
buffer: .space  16
        .balign 16
        .space  4096
stack_top:
