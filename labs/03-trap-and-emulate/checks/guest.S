# The guest: a kernel that believes to be in S-mode. Nothing is to be changed here.

        .globl  guest
guest:  li      s0, 0                   # what it has found wrong
        li      t0, 0x1234
write:  csrrw   zero, sscratch, t0
written:
        csrrs   a1, sscratch, zero
read:   li      t0, 0x1234
        sub     t0, t0, a1
        or      s0, s0, t0

        li      t0, 0x4321
swap:   csrrw   t0, sscratch, t0        # the value goes in, the old one comes out
swapped:
        csrrs   a2, sscratch, zero
        li      t1, 0x1234
        sub     t1, t1, t0
        or      s0, s0, t1

        li      t0, 0x4321
        csrrw   zero, sscratch, t0
        li      t2, 0x8
set:    csrrs   a3, sscratch, t2        # the old value, and one bit more
set_done:
        csrrs   a4, sscratch, zero
        csrrs   zero, sscratch, zero
counted:
        csrrw   zero, stvec, zero       # x0 is 0, whatever came before
        csrrs   a5, stvec, zero
zero_seen:
        la      t0, guest_handler
        csrrw   zero, stvec, t0
vector_set:
        csrr    a5, 0x5c0               # no machine has it
back:   li      t0, 0x8
        csrrc   zero, sscratch, t0      # these three look alike, and are none of the hypervisor's instructions
clears: csrrwi  zero, sscratch, 8
writes: .insn   i 0x0b, 1, x0, t0, 0x140
custom: csrrs   a6, sscratch, zero
        la      t0, returned
        csrrw   zero, sepc, t0
return: sret
        li      s0, 1                   # nobody comes here
returned:
        mv      a0, s0
        li      a7, 8
        ecall

# The guest's own trap handler.
        .balign 4
guest_handler:
        csrrs   t3, scause, zero
        csrrs   t4, sepc, zero
seen:   addi    t4, t4, 4
        jr      t4                      # on behind the instruction
