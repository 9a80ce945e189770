# Names with versions, and what symbols take over from those that they are set to.
        .text
        .set    before, f
        .type   f, @function
f:      nop
        .size   f, .-f
        .set    after, f
        .set    inside, f + 2
        .set    again, after
        .type   object, @object
        .set    object, f
        .set    typed_later, f
        .type   typed_later, @object
        .globl  removed, hidden, local, replaced
removed: nop
        .symver removed, removed@V1, remove
        .symver hidden, hidden@@V1, hidden
        .symver local, local@V1, local
        .symver replaced, replaced@@@V2
        .symver unused, unused@V1, remove
hidden: nop
local:  call    removed
replaced: call  replaced
unused: ret
        .symver other, other@V3
        call    other
        .data
        .word   removed, hidden, before
        .section .tdata,"awT"
t:      .word   1
        .set    threads, t
