# Waits for what is typed and writes it back; q ends it. It sleeps until the UART interrupts: a host with other
# things to do gives it the processor at once then, since it has used little of its share.

        .equ    UART, 0x10000000
        .equ    PLIC, 0x0c000000
        .equ    UART_SOURCE, 10

        .globl  _start
_start: li      t0, PLIC
        li      t1, 1
        sw      t1, 4 * UART_SOURCE(t0) # its priority
        li      t0, PLIC + 0x2080
        li      t1, 1 << UART_SOURCE
        sw      t1, (t0)                # enabled for S-mode of hart 0
        li      t0, PLIC + 0x201000
        sw      zero, (t0)              # threshold
        li      s0, UART
        li      t1, 1
        sb      t1, 1(s0)               # interrupt when something has come
        li      t1, 1 << 9
        csrw    sie, t1
1:      wfi
2:      lbu     t1, 5(s0)               # is there something?
        andi    t1, t1, 1
        beqz    t1, 3f
        lbu     t1, (s0)
        sb      t1, (s0)
        li      t2, 'q'
        bne     t1, t2, 2b
        li      a7, 8                   # SBI: shutdown
        ecall
3:      li      t0, PLIC + 0x201004     # claim and complete
        lw      t1, (t0)
        sw      t1, (t0)
        j       1b
