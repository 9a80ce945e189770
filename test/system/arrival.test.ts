import assert from 'node:assert/strict';
import path from 'node:path';
import { Arrival } from '../../simulator/system/arrival';
import { ReplayError, type Way, wayOf } from '../../simulator/system/record';
import { ANY_GUEST_VIRTUALIZATIONS, type System } from '../../simulator/system/system';
import { assembleGuest, buildGuest, guestFolder, makeSystem } from '../support/guest';
import { Random } from '../support/random';
import { ECHOES } from '../support/small-guests';

/** Stops as a debugger does: after some instructions, at some step of a handler, at its end. */
function standStill(system: System, random: Random): void {
  const { machine } = system;
  const steps = random.below(8);
  let seen = 0;
  machine.run({
    instructions: 1 + random.below(3000),
    stopAtStep: () => random.below(3) === 0 && seen++ >= steps,
    stopAtHandlerEnd: random.below(2) === 0,
    waitUntil: machine.clock.now() + random.below(20_000),
  });
}

function arrive(system: System, way: Way, slice = 500): void {
  const arrival = new Arrival(system, way);
  while (!arrival.run(slice));
}

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
  describe(`a moment of a run (${virtualization})`, () => {
    for (const guest of ['demand-paging.S', 'timer.S', 'blk-read.S'])
      it(`is come to again, inside handlers too, and the run goes on as it did: ${guest}`, async () => {
        const random = Random.fromEnvironment();
        const program = await buildGuest(path.join(guestFolder, guest));
        const make = (translation: boolean): System => makeSystem(program, { virtualization, translation }).system;
        const live = make(true);
        for (let stops = 0; stops < 40 && !live.machine.finished; stops++) {
          standStill(live, random);
          const way = wayOf(live);
          const again = make(stops % 2 === 0);
          arrive(again, way);
          assert.equal(again.stateHash(), live.stateHash(), `seed ${random.seed}`);
          assert.equal(again.machine.activeHandler?.trail.length, live.machine.activeHandler?.trail.length);
          for (const system of [live, again]) system.machine.run({ instructions: 1 });
          assert.equal(again.stateHash(), live.stateHash(), `seed ${random.seed}, on from there`);
        }
      });

    it('has what came from outside on its way', async () => {
      const program = await assembleGuest(ECHOES);
      const live = makeSystem(program, { virtualization, inputOpen: true });
      for (const word of ['h', 'el', 'lo']) {
        live.system.machine.run({ instructions: 3000 });
        live.system.input(new TextEncoder().encode(word));
      }
      live.system.machine.run({ instructions: 5000 });
      const again = makeSystem(program, { virtualization, inputOpen: true });
      arrive(again.system, wayOf(live.system));
      assert.equal(again.system.stateHash(), live.system.stateHash());
      assert.equal(again.output(), live.output());
    });

    it('is missed by another program, which is said', async () => {
      const live = makeSystem(await assembleGuest(ECHOES), { virtualization, inputOpen: true });
      live.system.machine.run({ instructions: 500 });
      const way = wayOf(live.system);
      const other = await assembleGuest(ECHOES.replace('_start:', '_start: nop\n'));
      assert.throws(() => arrive(makeSystem(other, { virtualization, inputOpen: true }).system, way), ReplayError);
      const ended = await assembleGuest('.globl _start\n_start: li a7, 8\n ecall\n');
      assert.throws(() => arrive(makeSystem(ended, { virtualization, inputOpen: true }).system, way), ReplayError);
    });
  });
}
