import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { assembleGuest, makeSystem, type TestConfiguration } from '../support/guest';
import { RAM, type SmallKernel, smallKernel } from './small-kernel';

/** Long enough for what is to be saved. */
const INSTRUCTIONS = 400;

/** What is so when the guest is saved: then it goes round a loop without exits. */
const CASES: readonly (readonly [string, SmallKernel, TestConfiguration?])[] = [
  [
    'a device that waits to be served',
    {
      body: `
        li      s1, 0x0c000000
        li      t1, 1
        sw      t1, 40(s1)              # the UART's priority
        li      t2, 0x0c002080
        li      t1, 1 << 10
        sw      t1, 0(t2)
        li      t2, 0x0c201000
        sw      zero, 0(t2)
        li      t0, 0x10000000
        li      t1, 2
        sb      t1, 1(t0)               # UART: an interrupt while its transmitter is empty
1:      j       1b`,
    },
  ],
  [
    'pieces of a large page',
    {
      leaves: [RAM],
      body: `
        la      t0, middle
        li      t1, 0x203800c7          # the last block of RAM, at 0x40200000
        sd      t1, 8(t0)
        sfence.vma
        li      s1, 0x40201000
        ld      a0, (s1)
1:      j       1b`,
    },
  ],
  [
    'requests of another CPU',
    {
      body: `
        li      a0, 1
        la      a1, second
        sbi     0x48534d, 0
        li      a0, 2
        li      a1, 0
        sbi     0x735049, 0             # send_ipi
        li      a0, 2
        li      a1, 0
        li      a2, 0x80000000
        li      a3, 0x3000
        sbi     0x52464e43, 1           # remote_sfence_vma
1:      j       1b
second: j       second`,
    },
    { harts: 2 },
  ],
];

describe('saved vCPUs', () => {
  for (const { id: virtualization } of anyGuestEngines)
    for (const [what, kernel, configuration] of CASES)
      it(`are the same in another machine (${virtualization}): ${what}`, async () => {
        const program = await assembleGuest(smallKernel(kernel));
        const { system } = makeSystem(program, { virtualization, ...configuration });
        const other = makeSystem(undefined, { virtualization, ...configuration }).system;
        for (let at = 1; at <= INSTRUCTIONS; at++) {
          assert.equal(system.machine.run({ instructions: 1 }).reason, 'limit');
          // What is asked of another CPU is open for a few instructions only.
          const isAsked = system.vm?.vcpus.some(({ requests }) => !requests.isEmpty) ?? false;
          if (!isAsked && at < INSTRUCTIONS) continue;
          other.restore(system.save());
          assert.equal(other.stateHash(), system.stateHash(), `after ${at} instructions`);
        }
      });
});
