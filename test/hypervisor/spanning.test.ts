import assert from 'node:assert/strict';
import { assembleGuest } from '../support/guest';
import { FILL_TABLES, SKIP_TRAP, TURN_ON_SV39 } from '../support/guest-text';
import { assertSameUnder } from '../support/lock-step';

const RAM = '0x20180007';
const NOTHING = '0x06000007';
const PLIC = '0x03000007';
const FIRMWARE = '0x20000007';
const UNMAPPED = '0';

/** A guest that maps two pages at 0x40000000 (entries without A and D), does `access`, and keeps cause and value of the trap in s8, s9. */
const guest = (first: string, second: string, access: string): string => `
        .globl _start
_start: la      t0, on_trap
        csrw    stvec, t0
${FILL_TABLES}${TURN_ON_SV39}
        li      s0, 0x40000ffc
        la      s1, word
        .option push
        .option norvc
        ${access}
        .option pop
        li      a7, 8
        ecall
${SKIP_TRAP}
        .data
        .balign 4096
leaves: .dword  ${first}, ${second}
        .skip   510*8
word:   .dword  0
        .bss
        .balign 4096
root:   .skip   4096
middle: .skip   4096
`;

/** What the pages are, the access, and the cause and value that hardware reports; no cause where it succeeds. */
const CASES: readonly [string, string, string, string, { cause: bigint; value: bigint } | undefined][] = [
  ['RAM and RAM', RAM, RAM, 'ld a0, 0(s0)', undefined],
  ['nothing, then a page that is not mapped', NOTHING, UNMAPPED, 'ld a0, 0(s0)', { cause: 13n, value: 0x40001000n }],
  ['nothing, then RAM', NOTHING, RAM, 'ld a0, 0(s0)', { cause: 5n, value: 0x40000ffcn }],
  ['RAM, then nothing', RAM, NOTHING, 'sd a0, 0(s0)', { cause: 7n, value: 0x40001000n }],
  ['RAM, then a device', RAM, PLIC, 'ld a0, 0(s0)', { cause: 5n, value: 0x40001000n }],
  ['RAM, then a register of a device', RAM, PLIC, 'lw a0, 2(s0)', { cause: 5n, value: 0x40001000n }],
  ["RAM, then the firmware's memory", RAM, FIRMWARE, 'ld a0, 0(s0)', { cause: 5n, value: 0x40001000n }],
  ["the firmware's memory, then RAM", FIRMWARE, RAM, 'sd a0, 0(s0)', { cause: 7n, value: 0x40000ffcn }],
  [
    'nothing, with a reservation elsewhere',
    NOTHING,
    RAM,
    'lr.w a0, (s1)\n sc.w a1, a0, (s0)',
    { cause: 7n, value: 0x40000ffcn },
  ],
];

describe('accesses over the end of a page', () => {
  for (const virtualization of ['full', 'hardware'] as const)
    for (const [what, first, second, access, trap] of CASES) {
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        const program = await assembleGuest(guest(first, second, access));
        const [hart] = assertSameUnder(virtualization, program).machine.harts;
        assert.deepEqual({ cause: hart?.x(24), value: hart?.x(25) }, trap ?? { cause: 0n, value: 0n });
      });
    }
});
