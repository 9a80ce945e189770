import assert from 'node:assert/strict';
import path from 'node:path';
import { FileFormatError } from '../../simulator/machine/state/plain-codec';
import { isNumbers, type PlainValue } from '../../simulator/schema/state/plain';
import { describeSystem } from '../../simulator/system/description';
import { readSnapshot, SnapshotError, writeSnapshot } from '../../simulator/system/snapshot';
import { ANY_GUEST_VIRTUALIZATIONS, ConfigurationError, System } from '../../simulator/system/system';
import { changed, changedAt } from '../support/changed-fields';
import { buildGuest, guestFolder, makeSystem } from '../support/guest';
import { type Next, numbersFrom } from '../support/random';

/** `HYPERSTEP_FUZZ=5000` changes so many fields instead; `HYPERSTEP_SEED` begins elsewhere. */
const ROUNDS = Number(process.env['HYPERSTEP_FUZZ'] ?? 60);

const SEED = Number(process.env['HYPERSTEP_SEED'] ?? 1);
const OF_THE_LANGUAGE = /undefined|not a function|not iterable|BigInt|Cannot |Invalid /;
const REFUSALS = [SnapshotError, FileFormatError, ConfigurationError];

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
  describe(`snapshots with a right seal and wrong fields (${virtualization})`, () => {
    it(`are refused by name or run (${ROUNDS} from seed ${SEED})`, async () => {
      const program = await buildGuest(path.join(guestFolder, 'blk-write.S'));
      const { system } = makeSystem(program, { virtualization, devices: ['console', 'net', 'rng'] });
      system.machine.run({ instructions: 4500 });
      const { memory, state } = system.save();
      const description = describeSystem(system.configuration);
      let refused = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const next = numbersFrom(SEED * 1_000_003 + round);
        // Now and then the description, most times the state, of which every other time what the VMM keeps.
        const [d, s] =
          next(5) === 0 ? [changed(description as PlainValue, next), state] : [description, changedState(state, next)];
        const file = writeSnapshot(d as typeof description, { state: s, memory });
        try {
          runFrom(file);
        } catch (error) {
          const known = REFUSALS.some((kind) => error instanceof kind);
          assert.ok(known, `round ${round}: ${error instanceof Error ? error.stack : error}`);
          // An error of the language is no refusal: the field was not looked at.
          const { message } = error instanceof Error ? error : { message: '' };
          assert.doesNotMatch(message, OF_THE_LANGUAGE, `round ${round}: ${message}`);
          refused += 1;
        }
      }
      assert.ok(refused > ROUNDS / 4, `${refused} refused`);
    }).timeout(600_000);
  });
}

const VMM_FIELDS = ['vmm', 'ledger', 'firmware'];

function changedState(state: PlainValue, next: Next): PlainValue {
  const ways: (readonly string[])[] = [];
  const visit = (at: PlainValue, way: readonly string[]): void => {
    if (VMM_FIELDS.some((field) => way.includes(field))) ways.push(way);
    if (typeof at === 'object' && at !== null && !isNumbers(at))
      for (const [field, inner] of Object.entries(at)) visit(inner, [...way, field]);
  };
  visit(state, []);
  // The free frames of a pool are many: they are not most of what is changed.
  const way = ways[next(ways.length)];
  const few = ways.filter((candidate) => !candidate.includes('free') || candidate.at(-1) === 'free');
  return next(2) === 0
    ? changed(state, next)
    : changedAt(state, (next(4) === 0 ? way : few[next(few.length)]) ?? [], next);
}

function runFrom(file: Uint8Array): void {
  const { description, snapshot } = readSnapshot(file);
  const { diskSectors: _, neighbours: __, ...machine } = description;
  // So much memory for every machine would take long; the size is checked as it is.
  if (machine.memory > 64 * 2 ** 20) return;
  const { system } = makeSystem(undefined, machine);
  assert.ok(system instanceof System);
  system.restore(snapshot);
  system.machine.run({ instructions: 3000, waitUntil: system.machine.clock.now() + 1e6 });
}
