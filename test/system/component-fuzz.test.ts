import assert from 'node:assert/strict';
import path from 'node:path';
import type { EngineId } from '../../simulator/hypervisor/engines';
import type { PlainValue } from '../../simulator/schema/state/plain';
import { StateError } from '../../simulator/schema/state/state-error';
import { type Snapshot, SnapshotError } from '../../simulator/system/snapshot';
import { ANY_GUEST_VIRTUALIZATIONS, type System } from '../../simulator/system/system';
import { changedAt, withChange } from '../support/changed-fields';
import { buildGuest, guestFolder, makeSystem } from '../support/guest';
import { numbersFrom } from '../support/random';
import { assertNamed, placeOf, waysOf } from '../support/saved-components';

/** `HYPERSTEP_FUZZ=5000` changes so many fields of each machine instead; `HYPERSTEP_SEED` begins elsewhere. */
const ROUNDS = Number(process.env['HYPERSTEP_FUZZ'] ?? 400);
const SEED = Number(process.env['HYPERSTEP_SEED'] ?? 1);

/** Fields that a check names when another one, which has to go with them, has been changed. */
const RELATED = {
  privilege: ['virtual'],
  harts: ['reached'],
  total: ['ring'],
  fcr: ['input'],
  fifo: ['input'],
  level: ['pending'],
  status: ['driverFeatures', 'failure'],
  run: ['on', 'wait'],
  on: ['last', 'world'],
  requests: ['fences'],
  switches: ['views'],
  tables: ['free'],
  views: ['active', 'free'],
  free: ['tables', 'views'],
};

/** The components that every machine has, and those of a VMM. */
const COMPONENTS = ['machine.clock', 'machine.scheduler', 'machine.hart0', 'machine.hart1.pmp', 'machine.hart1.tlb'];
const OF_VM = ['clock', 'life', 'vcpu0', 'machine.board.uart', 'machine.sbi', 'machine.vcpu0', 'machine.vcpu1'];
const OF_VMM = [
  ...['pcpu0', 'pcpu1.asids', 'scheduler', 'events', ...OF_VM.map((part) => `vm0.${part}`)].map(
    (part) => `machine.vmm.${part}`,
  ),
  'ledger',
];
const OF_ENGINES: { readonly [engine in EngineId]: readonly string[] } = {
  full: ['vcpu0.virtual', 'vcpu1.spaces'],
  hardware: ['vcpu0.interrupts', 'engine', 'engine.stage'],
  para: ['vcpu0.virtual', 'vcpu0.para', 'engine'],
};
const ofEngine = (engine: EngineId): readonly string[] =>
  OF_ENGINES[engine].map((part) => `machine.vmm.vm0.machine.${part}`);
const OF_FIRMWARE = ['sbi.console', 'sbi.features', 'sbi', 'redirected'].map((part) => `machine.firmware.${part}`);

/** Ways to fields of components, in equal parts: a device counts as much as all that a hart has. */
function waysByComponent(state: PlainValue): Map<string, (readonly string[])[]> {
  const ways = new Map<string, (readonly string[])[]>();
  for (const way of waysOf(state)) {
    const place = placeOf('system', way);
    ways.set(place, [...(ways.get(place) ?? []), way]);
  }
  return ways;
}

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
  describe(`saved machines with one wrong field (${virtualization})`, () => {
    let system: System;
    let snapshot: Snapshot;
    before(async () => {
      const program = await buildGuest(path.join(guestFolder, 'remap.S'));
      system = makeSystem(program, { virtualization, devices: ['console', 'net', 'rng'], harts: 2 }).system;
      system.machine.run({ instructions: 2000 });
      snapshot = system.save();
    });

    /** @returns why a state was refused; undefined when it was taken up */
    const refusalOf = (state: PlainValue, { memory }: Snapshot = snapshot): SnapshotError | undefined => {
      try {
        system.restore({ state, memory });
        return undefined;
      } catch (error) {
        assert.ok(error instanceof SnapshotError, error instanceof Error ? error.stack : String(error));
        return error;
      }
    };

    it('have all components', () => {
      const places = [...waysByComponent(snapshot.state).keys()];
      const wanted = [
        ...COMPONENTS,
        ...OF_FIRMWARE,
        ...(virtualization === 'none' ? ['machine.board.uart'] : [...OF_VMM, ...ofEngine(virtualization)]),
      ];
      for (const place of wanted) assert.ok(places.includes(`system.${place}`), `${place} in ${places.join(', ')}`);
    });

    it('are refused before memory is touched, whatever is wrong', () => {
      const state = system.stateHash();
      system.machine.run({ instructions: 500 });
      const later = system.save();
      system.restore(snapshot);
      // The component that is taken up last.
      const way = ['parts', 'machine', 'parts', 'clock', 'state', 'retired'];
      const error = refusalOf(withChange(later.state, way, -1), later);
      assert.match(error?.message ?? '', /system\.machine\.clock: field retired must be an integer/);
      assert.equal(system.stateHash(), state);
    });

    it('are refused where a hart has trapped into a mode that nobody hosts', () => {
      for (const hart of ['0', '1']) {
        const way = ['parts', 'machine', 'parts', 'scheduler', 'state', 'harts', hart, 'trapped'];
        const error = refusalOf(withChange(snapshot.state, way, true));
        assert.ok(error?.message.includes(`machine.scheduler: field harts[${hart}].trapped must be false`));
      }
    });

    it(`are refused by component and field, and saved again as they are else (${ROUNDS} from seed ${SEED})`, () => {
      const components = [...waysByComponent(snapshot.state).values()];
      let refused = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const next = numbersFrom(SEED * 1_000_003 + round);
        const ways = components[next(components.length)] ?? [];
        const way = ways[next(ways.length)] ?? [];
        const wrong = changedAt(snapshot.state, way, next);
        const what = `round ${round}: ${way.join('.')}`;
        const error = refusalOf(wrong);
        if (error?.cause instanceof StateError) {
          assertNamed(error.cause, 'system', way, RELATED, what);
          assert.deepEqual(system.save().state, snapshot.state, `${what}: something has changed`);
          refused += 1;
        } else if (error) {
          // What harts translate by, and what the VMM keeps beside tables in memory, is looked at when all is there.
          const place = placeOf('system', way);
          const isOfVmm = place.startsWith('system.machine.vmm.');
          const isFound = /does not isolate its guest/.test(error.message);
          assert.ok(isFound || (isOfVmm && error.cause instanceof RangeError), `${what}: ${error.message}`);
          assert.ok(isOfVmm || place.startsWith('system.machine.hart'), what);
          system.restore(snapshot);
        } else {
          assert.deepEqual(system.save().state, wrong, what);
          system.restore(snapshot);
        }
      }
      assert.ok(refused > ROUNDS / 2 && refused < ROUNDS, `${refused} refused`);
    }).timeout(600_000);
  });
}
