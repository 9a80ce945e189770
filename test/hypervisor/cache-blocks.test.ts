import assert from 'node:assert/strict';
import { assembleGuest } from '../support/guest';
import { FILL_TABLES, TURN_ON_SV39 } from '../support/guest-text';
import { assertSameUnder } from '../support/lock-step';

const READ_ONLY = '0x20180013';
const WRITABLE = '0x20180017';
const NOT_MAPPED = '0';

/** `access` at a page of this entry, by the kernel and then by its program, whose cache-block instructions `senvcfg` enables. */
const guest = (entry: string, senvcfg: string, access: string): string => `
        .option arch, +zicbom, +zicboz
        .globl _start
_start: la      t0, on_trap
        csrw    stvec, t0
        li      t0, ${senvcfg}
        csrw    senvcfg, t0
        li      t0, 1 << 18             # SUM
        csrw    sstatus, t0
${FILL_TABLES}${TURN_ON_SV39}
        li      s0, 0x40000048
        li      s10, 0
        ${access}
        la      t0, leaves
        ld      s2, (t0)
        li      s10, 1
        la      t0, 1f
        li      t1, 0x40000000
        or      t0, t0, t1
        csrw    sepc, t0
        sret
1:      ${access}
        li      s10, 2
        ecall
        .balign 4
on_trap:
        li      t0, 2
        beq     s10, t0, done
        slli    s8, s8, 8
        csrr    t0, scause
        or      s8, s8, t0
        csrr    s9, stval
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
done:   la      t0, leaves
        ld      s3, (t0)
        li      a7, 8
        ecall
        .data
        .balign 4096
leaves: .dword  ${entry}
        .skip   511*8
        .bss
        .balign 4096
root:   .skip   4096
middle: .skip   4096
`;

const ALL = '0xf0';

/** What the page is, senvcfg, the instruction, and the causes of its traps: the kernel's in the upper byte, the program's in the lower. */
const CASES: readonly [string, string, string, string, bigint][] = [
  ['zero a block', WRITABLE, ALL, 'cbo.zero (s0)', 0n],
  ['zero a block, which the program may not', WRITABLE, '0', 'cbo.zero (s0)', 0x02n],
  ['clean one, which the program may not', WRITABLE, '0', 'cbo.clean (s0)', 0x02n],
  ['zero what may only be read', READ_ONLY, ALL, 'cbo.zero (s0)', 0x0f0fn],
  ['clean what may only be read', READ_ONLY, ALL, 'cbo.clean (s0)', 0n],
  ['flush what may be written, and leave D', WRITABLE, ALL, 'cbo.flush (s0)', 0n],
  ['forget what is not mapped', NOT_MAPPED, ALL, 'cbo.inval (s0)', 0x0f0fn],
  ['clean a device', '0x04000017', ALL, 'cbo.clean (s0)', 0x0707n],
];

describe('cache blocks', () => {
  for (const virtualization of ['full', 'hardware'] as const)
    for (const [what, entry, senvcfg, access, causes] of CASES)
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        const program = await assembleGuest(guest(entry, senvcfg, access));
        const [hart] = assertSameUnder(virtualization, program).machine.harts;
        assert.equal(hart?.x(24), causes);
      });
});
