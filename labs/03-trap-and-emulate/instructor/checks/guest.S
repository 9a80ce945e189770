# Another guest: bits that are set in each of the registers, swaps in each, and registers of every kind.

        .globl  guest
guest:  li      x31, 0x5a50
        csrrw   zero, scause, x31
        li      x2, 0x0a05
        csrrs   x2, scause, x2          # the old value comes where the bits came from
        csrrs   x1, scause, zero
cause_set:
        li      x30, 0x100
        csrrw   zero, sepc, x30
        li      x9, 0x2
        csrrs   x8, sepc, x9
        csrrw   x9, sepc, zero
epc_swapped:
        la      x18, guest
        csrrw   zero, stvec, x18
        li      x19, 0x1
        csrrs   zero, stvec, x19
        csrrw   x20, stvec, x18
vector_swapped:
        li      a0, 0
        li      a7, 8
        ecall
