import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { ANY_GUEST_VIRTUALIZATIONS } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { assertSameUnder } from '../support/lock-step';
import { OTHER_RAM, RAM, type SmallKernel, smallKernel } from './small-kernel';

const A2 = 12;
const A3 = 13;

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
`;

/**
 * CPU 1 waits; of a page that it has used, and before that of others, CPU 0 asks it for fences, and wakes it. It has in a2 and a3 what it read
 * of the page before and after.
 * @param others how many other pages
 */
const fencesFor = (others: number): SmallKernel => ({
  leaves: [RAM],
  body: `
        li      t0, ${OTHER_RAM} >> 10 << 12
        sd      t0, (t0)
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
        li      a0, 2
        li      a1, 0
        sbi     0x735049, 0             # send_ipi
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
        csrwi   sie, 2
        ${say(1)}
        wfi
        ld      a3, (s0)
        ${say(2)}
3:      j       3b
        ${SAID}
9:`,
});

const CASES: readonly (readonly [string, SmallKernel])[] = [
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
  for (const { id: virtualization } of anyGuestEngines)
    for (const [what, kernel] of CASES)
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        assertSameUnder(virtualization, await assembleGuest(smallKernel(kernel)), { harts: 2 });
      });

  for (const { id: virtualization } of anyGuestEngines)
    for (const others of [1, 70])
      it(`are the same under none and ${virtualization}: fences for a CPU that waits, of a page that it has used and before of ${others} others`, async () => {
        const program = await assembleGuest(smallKernel(fencesFor(others)));
        const [own, other] = (['none', virtualization] as const).map((how) => {
          const { system } = makeSystem(program, { virtualization: how, harts: 2 });
          assert.equal(system.machine.run({ instructions: 200_000 }).reason, 'power-off');
          return [A2, A3].map((register) => system.guest.cpus[1]?.x(register));
        });
        assert.notEqual(own?.[0], own?.[1], 'the page is another one');
        assert.deepEqual(other, own);
      });

  for (const virtualization of ANY_GUEST_VIRTUALIZATIONS)
    it(`hear each other while they run (${virtualization})`, async () => {
      const { system } = makeSystem(await assembleGuest(smallKernel(CALLS)), { virtualization, harts: 2 });
      assert.equal(system.machine.run({ instructions: 200_000 }).reason, 'power-off');
    });
});
