import assert from 'node:assert/strict';
import type { System, SystemConfiguration } from '../../simulator/system/system';

const LIMIT = 20_000_000;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const SHUTDOWN = 'li a7, 8\n ecall\n';
/** Waits for the timer, which wakes it 0.1 s from the start, and goes on waiting. */
const WAITS = `
        .globl _start
_start: la      t0, 2f
        csrw    stvec, t0
        rdtime  a0
        li      t1, 1000000
        add     a0, a0, t1
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        li      t0, 1 << 5
        csrw    sie, t0
        csrsi   sstatus, 2
1:      addi    s2, s2, 1
        wfi
        j       1b
        .balign 4
2:      li      a0, -1
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        addi    s3, s3, 1
        sret
`;

/** Guests that stop in different ways, most of them without an instruction that retires, and what happens to them. */
export const ENDS: {
  readonly [how: string]: {
    readonly text: string;
    readonly options?: Partial<SystemConfiguration>;
    drive(system: System): void;
  };
} = {
  'a trap vector that cannot be executed': {
    text: '.globl _start\n_start: li t0, 0x18000000\n csrw stvec, t0\n ebreak',
    drive: (system) => system.machine.run({ instructions: LIMIT }),
  },
  'killed for an access outside its memory': {
    text: '.globl _start\n_start: li t0, 0x18000000\n ld t1, (t0)',
    options: { onIllegal: 'kill' },
    drive: (system) => system.machine.run({ instructions: 1000 }),
  },
  'it switches itself off': {
    text: `.globl _start\n_start: ${SHUTDOWN}`,
    drive: (system) => system.machine.run({ instructions: LIMIT }),
  },
  'it waits for input, and for nothing more': {
    text: '.globl _start\n_start: wfi\n j _start',
    drive: (system) => {
      system.machine.run({ instructions: LIMIT });
      system.input(bytesOf('a'));
      system.machine.run({ instructions: LIMIT });
      system.input(bytesOf('b'));
      system.closeInput();
      system.machine.run({ instructions: LIMIT });
    },
  },
  'several inputs at one position while it waits for a timer': {
    text: WAITS,
    options: { harts: 2 },
    drive: (system) => {
      system.input(bytesOf('x'));
      system.machine.run({ instructions: LIMIT, waitUntil: 1_000_000 });
      assert.equal(system.machine.runs.stop, 'waiting');
      system.input(bytesOf('a'));
      system.input(bytesOf('b'));
      system.machine.run({ instructions: LIMIT, waitUntil: 1_000_000 });
      system.input(bytesOf('c'));
      system.machine.run({ instructions: LIMIT, waitUntil: 50_000_000 });
      system.closeInput();
      system.input(bytesOf('d'));
      system.machine.run({ instructions: LIMIT });
    },
  },
};
