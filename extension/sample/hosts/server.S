# A server that has little to do: a request comes each millisecond, and takes a tenth of that to answer.
# At the end it says how late its answers began, at the worst.

        .equ    REQUESTS, 100
        .equ    PERIOD, 10000           # ticks of mtime: one millisecond
        .equ    WORK, 50000             # rounds of two instructions: a tenth of a millisecond

        .globl  _start
_start: la      sp, stack_top
        li      t0, 1 << 5
        csrw    sie, t0                 # the timer may wake us; SIE stays clear, so there is no handler
        li      s0, REQUESTS
        li      s1, 0                   # the longest delay, in ticks
        rdtime  s2                      # when the next request comes
1:      li      t0, PERIOD
        add     s2, s2, t0
        mv      a0, s2
        li      a7, 0x54494d45          # SBI: set_timer
        li      a6, 0
        ecall
2:      wfi
        rdtime  t0
        bltu    t0, s2, 2b
        sub     t0, t0, s2
        bleu    t0, s1, 3f
        mv      s1, t0
3:      li      t0, WORK
4:      addi    t0, t0, -1
        bnez    t0, 4b
        addi    s0, s0, -1
        bnez    s0, 1b

        la      a0, served
        call    puts
        li      t0, 10
        divu    a0, s1, t0              # ten ticks are a microsecond
        call    put_number
        la      a0, late
        call    puts
        li      a7, 8                   # SBI: shutdown
        ecall

puts:   mv      t1, a0
1:      lbu     a0, (t1)
        beqz    a0, 2f
        li      a7, 1                   # SBI: console_putchar
        ecall
        addi    t1, t1, 1
        j       1b
2:      ret

put_number:
        addi    sp, sp, -16
        sd      ra, 8(sp)
        li      t0, 10
        remu    t1, a0, t0
        sd      t1, (sp)
        divu    a0, a0, t0
        beqz    a0, 1f
        call    put_number
1:      ld      a0, (sp)
        addi    a0, a0, '0'
        li      a7, 1
        ecall
        ld      ra, 8(sp)
        addi    sp, sp, 16
        ret

        .section .rodata
served: .asciz  "100 requests, the latest begun "
late:   .asciz  " us late\n"

        .bss
        .balign 16
        .skip   4096
stack_top:
