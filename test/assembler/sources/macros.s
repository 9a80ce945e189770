    .macro push reg, more:vararg
    addi sp, sp, -8
    sd \reg, 0(sp)
    .ifnb \more
    push \more
    .endif
    .endm
    .macro pair a=a0, b=a1
    add \a, \a, \b
    .endm
    .macro needed x:req, y=7
    li \x, \y
    .endm
    .macro counter
    .set count, count + 1
loop\@:
    addi a0, a0, count
    bnez a0, loop\@
    .endm
    .macro join prefix, suffix
\prefix\()_\suffix: .word 1
    .endm
    .macro text s
    .asciz "\s!"
    .endm
    .macro outer name, value
    .macro \name
    li a5, \value
    .endm
    .endm
    .macro early n
    .if \n == 0
    .exitm
    .endif
    nop
    early (\n - 1)
    .endm
    .set count, 0
    .globl _start
_start:
    push ra
    push s0, s1, s2
    pair
    pair a2
    pair b=a4
    pair b = a5 , a = a6
    needed t0
    needed t1, 100
    needed y=0x12345, x=t2
    PUSH a7
    counter
    counter
    outer inner1, 5
    outer inner2 6
    inner1
    inner2
    early 3
    .rept 3
    addi a1, a1, 1
    .rept 2
    mv a2, a1
    .endr
    .endr
    .irp r, s0, s1, s2, s3
    li \r, 0
    .endr
    .irp r, a0 a1 a2
    mv \r, zero
    .endr
    .irpc c, 01234
    li t\c, \c
    .endr
    .irpc d, "567"
    .byte \d
    .endr
    .irp empty
    nop
    .endr
    .balign 4
    .purgem pair
    .macro pair x
    sub \x, \x, \x
    .endm
    pair a3
    .data
    join one, two
    join x y
    text hello
    text "two words"
    text "with \"quotes\""
    .irp x, 1, 2
    .byte 0x\@\x
    .endr
    .macro values a b c
    .byte \a, \b, \c
    .endm
    values 1 2 3
    values 1, 2, 3
    values (1 + 2), 3 * 4, -5
    values 'a', "'b'", 'c
    .macro mem op, r, at
    .ascii "\op \r,\at;"
    .endm
    mem ld, a0, 8(sp)
    mem ld a0 8(sp)
    mem sd, a0, -16 ( s0 )
