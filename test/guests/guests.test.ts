import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { vmmWorld } from '../../simulator/hypervisor/vmm-world';
import type { Program } from '../../simulator/object/program';
import { ANY_GUEST_VIRTUALIZATIONS } from '../../simulator/system/system';
import { buildGuest, guestFolder, makeSystem } from '../support/guest';
import { assertSameUnder } from '../support/lock-step';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { runOnQemu } from './qemu';

const LIMIT = 20_000_000;
const guests = readdirSync(guestFolder).filter((name) => name.endsWith('.S'));

for (const guest of guests) {
  describe(`guest ${guest}`, () => {
    let program: Program;
    before(async () => {
      program = await buildGuest(path.join(guestFolder, guest));
    });

    for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
      describe(`with ${virtualization}`, () => {
        requireTool('qemu-system-riscv64');

        it('prints what it prints on QEMU', () => {
          const { system, output } = makeSystem(program, { virtualization });
          const stop = system.machine.run({ instructions: LIMIT });
          assert.deepEqual(stop, { reason: 'power-off', code: 0 });
          assert.equal(output(), runOnQemu(program));
        }).timeout(90_000);
      });
    }

    for (const { id: virtualization } of anyGuestEngines) {
      it(`is the same under none and ${virtualization} at every instruction`, () => {
        assertSameUnder(virtualization, program, { instructions: LIMIT });
      }).timeout(120_000);
    }

    for (const { id: virtualization } of anyGuestEngines) {
      it(`never reaches memory that is not its own (${virtualization})`, () => {
        const { system } = makeSystem(program, { virtualization });
        let exits = 0;
        for (;;) {
          const stop = system.machine.run({
            instructions: LIMIT,
            stopAtStep: (step, handler) => handler.trail.length === 1 && step.crossings.at(-1)?.into === vmmWorld,
          });
          if (stop.reason !== 'handler') break;
          if (exits++ % 7 === 0) assert.deepEqual(system.isolationBreaches(), []);
        }
        assert.deepEqual(system.isolationBreaches(), []);
        assert.ok(exits > 0);
      }).timeout(60_000);
    }

    for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
      it(`does the same whether its handlers run straight or stop at every step (${virtualization})`, () => {
        const straight = makeSystem(program, { virtualization }).system;
        const stepped = makeSystem(program, { virtualization }).system;
        straight.machine.run({ instructions: LIMIT });
        let steps = 0;
        while (stepped.machine.run({ instructions: LIMIT, stopAtStep: () => true }).reason === 'handler') steps++;
        assert.ok(steps > 0);
        assert.equal(stepped.stateHash(), straight.stateHash());
        assert.deepEqual(stepped.vm?.ledger.component.save(), straight.vm?.ledger.component.save());
      }).timeout(60_000);
    }

    for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
      it(`ends in the same state however it is sliced (${virtualization})`, () => {
        const whole = makeSystem(program, { virtualization }).system;
        const sliced = makeSystem(program, { virtualization }).system;
        whole.machine.run({ instructions: LIMIT });
        const next = numbersFrom(12345);
        for (let done = 0; done < LIMIT && !sliced.machine.finished; ) {
          const slice = 1 + next(997);
          sliced.machine.run({ instructions: slice });
          if (next(5) === 0) sliced.machine.core.dropFastPath();
          done += slice;
        }
        assert.equal(sliced.stateHash(), whole.stateHash());
      }).timeout(60_000);
    }
  });
}
