# With Svinval: what is to be forgotten is named between two fences that order.
        .globl  page_changed
page_changed:
        sfence.w.inval
        sinval.vma a0, a1
        sfence.inval.ir
        ret

        .globl  space_gone
space_gone:
        sfence.w.inval
        sinval.vma zero, a0
        sfence.inval.ir
        ret

        .globl  guest_page_changed
guest_page_changed:
        srli    t0, a0, 2
        hfence.gvma t0, a1
        ret

        .globl  vm_gone
vm_gone:
        li      t0, 0
        mv      t1, a0
        hfence.gvma x0, t1
        ret
