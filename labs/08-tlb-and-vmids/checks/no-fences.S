# Four fences. Each is to forget what has changed, and nothing else.

# The entry of the page at the virtual address a0 has changed, in the address space a1.
        .globl  page_changed
page_changed:
        ret

# All of the address space a0 has changed.
        .globl  space_gone
space_gone:
        ret

# The entry of the page at the guest-physical address a0 has changed, in the second stage of the virtual machine a1.
        .globl  guest_page_changed
guest_page_changed:
        ret

# All of the second stage of the virtual machine a0 has changed.
        .globl  vm_gone
vm_gone:
        ret
