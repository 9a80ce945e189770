import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import type { Program } from '../../simulator/object/program';
import { assembleGuest, makeSystem, type TestSystem } from '../support/guest';

const LIMIT = 1_000_000;
const BASE_EXTENSION = 0x10;

/** Has interrupts for console input, calls its firmware once, and then waits for one in a loop that never exits. */
const GUEST = `
        .globl _start
_start: la      t0, handler
        csrw    stvec, t0
        li      t0, 0x0c000000          # PLIC: the UART's priority, enabled for S-mode of hart 0
        li      t1, 1
        sw      t1, 40(t0)
        li      t2, 0x0c002080
        li      t1, 1 << 10
        sw      t1, 0(t2)
        li      t2, 0x0c201000          # and its threshold
        sw      zero, 0(t2)
        li      t0, 0x10000000
        li      t1, 1
        sb      t1, 1(t0)               # UART: an interrupt for each byte that comes
        li      t1, 0x200
        csrw    sie, t1
        csrsi   sstatus, 2
        li      a7, ${BASE_EXTENSION}
        li      a6, 0
        ecall
1:      j       1b
        .balign 4
handler:
        li      a7, 8
        ecall
`;

/** Runs to a step of the handler of the guest's one call of SBI BASE. @returns how many it has */
function runToStep({ system }: TestSystem, step: number): number {
  let steps = 0;
  const isCall = (): boolean => system.vm?.ledger.handling?.call?.extension === BASE_EXTENSION;
  const stop = system.machine.run({
    instructions: LIMIT,
    stopAtStep: (_, { trail }) => {
      if (isCall()) steps = trail.length;
      return isCall() && trail.length === step;
    },
  });
  assert.equal(stop.reason, steps === step ? 'handler' : 'limit');
  return steps;
}

describe('input while a handler stands', () => {
  let program: Program;
  before(async () => {
    program = await assembleGuest(GUEST);
  });

  for (const { id: virtualization } of anyGuestEngines) {
    it(`interrupts the guest at whatever step it comes (${virtualization})`, () => {
      const make = (): TestSystem => makeSystem(program, { virtualization, inputOpen: true });
      const steps = runToStep(make(), Number.POSITIVE_INFINITY);
      assert.ok(steps > 3);
      for (let step = 1; step <= steps; step++) {
        const guest = make();
        runToStep(guest, step);
        guest.system.input([65]);
        const { reason } = guest.system.machine.run({ instructions: LIMIT });
        assert.equal(reason, 'power-off', `at step ${step} of ${steps}`);
      }
    });
  }
});
