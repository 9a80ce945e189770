        .globl  page_changed
page_changed:
        sfence.vma a0, a1
        ret

        .globl  space_gone
space_gone:
        li      t0, 1                   # the address space 1
        sfence.vma zero, t0
        ret

        .globl  guest_page_changed
guest_page_changed:
        srli    a0, a0, 2
        hfence.gvma a0, a1
        ret

        .globl  vm_gone
vm_gone:
        hfence.gvma zero, a0
        ret
