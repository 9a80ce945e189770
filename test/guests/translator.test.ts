import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Program } from '../../simulator/object/program';
import { ANY_GUEST_VIRTUALIZATIONS } from '../../simulator/system/system';
import { buildGuest, guestFolder, makeSystem } from '../support/guest';
import { Random } from '../support/random';

const LIMIT = 20_000_000;
const guests = readdirSync(guestFolder).filter((name) => name.endsWith('.S'));

describe('translator, on guests', () => {
  const random = Random.fromEnvironment();
  for (const guest of guests) {
    describe(guest, () => {
      let program: Program;
      before(async () => {
        program = await buildGuest(path.join(guestFolder, guest));
      });

      for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
        it(`leaves the same state as the interpreter, however runs are cut (${virtualization})`, () => {
          const interpreted = makeSystem(program, { virtualization, translation: false }).system;
          const translated = makeSystem(program, { virtualization }).system;
          translated.machine.core.translation = 'eager';
          for (let run = 0; interpreted.machine.finished === undefined; run++) {
            const instructions = 1 + random.below(random.below(4) ? 500 : 100_000);
            assert.ok(interpreted.machine.clock.retired < LIMIT);
            const stop = interpreted.machine.run({ instructions });
            assert.deepEqual(translated.machine.run({ instructions }).reason, stop.reason, `seed ${random.seed}`);
            const states = [interpreted, translated].map(({ machine }) =>
              machine.harts.map((hart) => [hart.pc, hart.privilege, hart.retired, hart.x(10), hart.x(2)]),
            );
            assert.deepEqual(states[1], states[0], `seed ${random.seed}`);
            if (run % 50 === 0) assert.equal(translated.stateHash(), interpreted.stateHash(), `seed ${random.seed}`);
          }
          assert.equal(translated.stateHash(), interpreted.stateHash(), `seed ${random.seed}`);
        }).timeout(60_000);
      }
    });
  }
});
