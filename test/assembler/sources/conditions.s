    .equ one, 1
    .set two, one + one
three = 3
    .equiv four, 4
five == 5
    .globl _start
_start:
start2:
    .if one
    li a0, 1
    .else
    li a0, 2
    .endif
    .if two - 2
    li a0, 3
    .elseif three == 3
    li a0, 4
    .else
    li a0, 5
    .endif
    .ifdef one
    li a0, 6
    .endif
    .ifndef one
    li a0, 7
    .endif
    .ifnotdef nothing
    li a0, 8
    .endif
    .ifeq one - 1
    li a0, 9
    .endif
    .ifne one
    li a0, 10
    .endif
    .ifge one - 1
    li a0, 11
    .endif
    .ifgt one
    li a0, 12
    .endif
    .ifle -one
    li a0, 13
    .endif
    .iflt -one
    li a0, 14
    .endif
    .ifc abc, abc
    li a0, 15
    .endif
    .ifnc abc, abd
    li a0, 16
    .endif
    .ifeqs "x y", "x y"
    li a0, 17
    .endif
    .ifnes "x", "x"
    li a0, 18
    .endif
    .ifb
    li a0, 19
    .endif
    .ifnb something
    li a0, 20
    .endif
    .if 0
    this is not even looked at
    .if 1
    nor this
    .endif
    .macro never
    .endif
    .if . - start2 > 2
    li a0, 21
    .endif
    .if four == 4 && five > 4 || 0
    li a0, four
    .endif
    .if (1 == 1) == -1
    li a0, 22
    .endif
    .set two, 22
    li a0, two
    .set alias, _start
    j alias
    beqz a0, alias + 4
    .data
    .byte one, two, three, four, five, forward
    forward = 17
    .word alias, alias2, distance
    alias2 = _start + 8
    .text
end:
    distance = end - _start
