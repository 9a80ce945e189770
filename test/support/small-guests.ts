/** Small guests that several tests run: each does one thing. */

/** Prints a letter, and then does what follows. */
export const PRINTS = "_start: li a0, 'r'\n li a7, 1\n ecall\n";

export const SPINS = '_start: j _start\n';

/** Works for so many rounds of a loop, once it has done `first`, and traps at its own trap vector. */
export const crashesAfter = (rounds: number, first = ''): string => `
_start: ${first}
        li      t0, ${rounds}
1:      addi    t0, t0, -1
        bnez    t0, 1b
        csrw    stvec, zero
        ebreak
`;

/** Asks for timers and sleeps until they come, once it has done `first`. */
export const timedSleeper = (first = ''): string => `
_start: ${first}
        li      t0, 32
        csrw    sie, t0
1:      rdtime  a0
        addi    a0, a0, 50
        li      a7, 0
        ecall
        wfi
        j       1b
`;

/** Asks for a reset, again and again. */
export const RESETS = `
_start: li      a0, 'r'
        li      a7, 1
        ecall
        li      t0, 20000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 1
        li      a1, 0
        ecall
`;

/** Echoes what is typed up to a full stop, waiting for it in a loop. */
export const ECHOES = `
_start: li      s0, 0x10000000
1:      lbu     t0, 5(s0)
        andi    t0, t0, 1
        beqz    t0, 1b
        lbu     t0, 0(s0)
        sb      t0, 0(s0)
        li      t1, '.'
        bne     t0, t1, 1b
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        li      a1, 0
        ecall
`;

/** Asks to be told of stolen time at the address that an instruction loads into a0. */
export const askForStealTime = (load: string): string => `
        ${load}
        li      a1, 0
        li      a2, 0
        li      a7, 0x535441
        li      a6, 0
        ecall
`;
