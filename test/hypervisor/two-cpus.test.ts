import assert from 'node:assert/strict';
import { engines } from '../../simulator/hypervisor/engines';
import { VIRTUALIZATIONS } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { assertSameUnder } from '../support/lock-step';
import { OTHER_RAM, RAM, type SmallKernel, smallKernel } from './small-kernel';

const START = 'li a0, 1\n la a1, second\n li a2, 77\n sbi 0x48534d, 0';
/** Until CPU 1 has said so much. */
const until = (value: number): string => `
77:     la      t0, said
        ld      t1, (t0)
        li      t2, ${value}
        bne     t1, t2, 77b
`;
const say = (value: number): string => `
        la      t0, said
        li      t1, ${value}
        sd      t1, (t0)
`;
const SAID = `
        .balign 8
said:   .dword  0
asked:  .dword  0
`;

const CASES: readonly (readonly [string, SmallKernel])[] = [
  ...([1, 70] as const).map((others): readonly [string, SmallKernel] => [
    `fences for a CPU that runs, of a page that it has used and before of ${others} others`,
    {
      leaves: [RAM],
      body: `
        ${START}
        ${until(1)}
        la      t0, leaves
        li      t1, ${OTHER_RAM}
        sd      t1, (t0)
        sfence.vma
        li      s1, ${others}
1:      slli    a2, s1, 12
        add     a2, a2, s0
        li      a0, 2
        li      a1, 0
        li      a3, 0x1000
        sbi     0x52464e43, 1           # remote_sfence_vma
        addi    s1, s1, -1
        bgez    s1, 1b
        la      t0, asked
        li      t1, 1
        sd      t1, (t0)
        ${until(2)}
        j       9f
second: la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      s0, 0x40000000
        ld      a2, (s0)
        ${say(1)}
2:      la      t0, asked
        ld      t1, (t0)
        beqz    t1, 2b
        ld      a3, (s0)
        ${say(2)}
3:      j       3b
        ${SAID}
9:`,
    },
  ]),
  [
    'a CPU that stops with paging on, and is started again',
    {
      leaves: [RAM],
      body: `
        ${START}
        ${until(1)}
1:      li      a0, 1
        sbi     0x48534d, 2
        li      t0, 1
        bne     a1, t0, 1b
        ${START}
        ${until(0)}
        j       9f
second: la      t0, on_trap
        csrw    stvec, t0
        li      s10, 0
        li      s0, 0x40000000          # memory with paging alone
        ld      s3, (s0)
        csrr    s1, satp
        csrr    s2, sstatus
        la      t0, said
        ld      s3, (t0)
        bnez    s3, 3f
        la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        csrsi   sstatus, 2
        ${say(1)}
        sbi     0x48534d, 1
3:      ${say(0)}
4:      j       4b
        ${SAID}
9:`,
    },
  ],
];

/** CPU 0 calls CPU 1, which goes round a loop without exits, and waits until it has been heard. */
const CALLS: SmallKernel = {
  body: `
        ${START}
        ${until(1)}
        li      a0, 2
        li      a1, 0
        sbi     0x735049, 0             # send_ipi
        ${until(2)}
        j       9f
second: la      t0, called
        csrw    stvec, t0
        csrwi   sie, 2
        csrsi   sstatus, 2
        ${say(1)}
2:      j       2b
        .balign 4
called: csrci   sip, 2
        ${say(2)}
        sret
        ${SAID}
9:`,
};

describe('two CPUs of a guest', () => {
  for (const { id: virtualization } of engines)
    for (const [what, kernel] of CASES)
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        assertSameUnder(virtualization, await assembleGuest(smallKernel(kernel)), { harts: 2 });
      });

  for (const virtualization of VIRTUALIZATIONS)
    it(`hear each other while they run (${virtualization})`, async () => {
      const { system } = makeSystem(await assembleGuest(smallKernel(CALLS)), { virtualization, harts: 2 });
      assert.equal(system.machine.run({ instructions: 200_000 }).reason, 'power-off');
    });
});
