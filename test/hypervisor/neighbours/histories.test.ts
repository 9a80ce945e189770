import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import {
  HISTORY_COLUMNS,
  historyAt,
  passHistory,
  type TimeHistory,
  wrongColumn,
} from '../../../simulator/hypervisor/time-history';
import type { System } from '../../../simulator/system/system';
import { assembleGuest } from '../../support/guest';
import { MILLISECOND, makeHost } from '../../support/host';
import { Random } from '../../support/random';
import { SPINS } from '../../support/small-guests';

const LONGEST = 8 * MILLISECOND;

/** What a history should say: of each nanosecond it is known whether it was had. */
function expected(intervals: readonly (readonly [number, number])[], now: number): TimeHistory {
  let period = 125_000;
  while (period < LONGEST && now > period * HISTORY_COLUMNS) period *= 2;
  const columns = Math.max(1, Math.ceil(now / period));
  const first = Math.max(0, columns - HISTORY_COLUMNS);
  const had = Array.from({ length: columns - first }, (_, index) =>
    intervals.reduce((sum, [from, to]) => {
      const part = Math.min(to, (first + index + 1) * period) - Math.max(from, (first + index) * period);
      return sum + Math.max(0, part);
    }, 0),
  );
  return { period, had, passed: now - (columns - 1) * period };
}

describe('what part of the last periods was had', () => {
  for (const scale of [1, 1000, 50_000, 400_000, 9 * MILLISECOND, 300 * MILLISECOND])
    it(`is told by columns that grow with the run, in intervals of up to ${scale} ns`, () => {
      const random = new Random(scale);
      const columns = new Uint32Array(HISTORY_COLUMNS);
      const intervals: [number, number][] = [];
      let now = 0;
      for (let turn = 0; turn < 400; turn++) {
        const until = now + random.below(scale + 1);
        const had = random.below(2) === 0;
        if (had) intervals.push([now, until]);
        passHistory(columns, now, until, had);
        now = until;
        assert.deepEqual(historyAt(columns, now), expected(intervals, now), `turn ${turn}, at ${now}`);
        assert.equal(wrongColumn(columns, now), undefined);
      }
    });

  it('refuses columns that say more than their time, or of a time that has not come', () => {
    const columns = new Uint32Array(HISTORY_COLUMNS);
    passHistory(columns, 0, 300_000, true);
    const changed = (column: number, had: number): Uint32Array => {
      const copy = columns.slice();
      copy[column] = had;
      return copy;
    };
    assert.deepEqual(wrongColumn(changed(0, 125_001), 300_000), { column: 0, most: 125_000 });
    assert.deepEqual(wrongColumn(changed(2, 50_001), 300_000), { column: 2, most: 50_000 });
    assert.deepEqual(wrongColumn(changed(3, 1), 300_000), { column: 3, most: 0 });
  });
});

for (const { id: engine } of anyGuestEngines)
  describe(`histories of vCPUs (${engine})`, () => {
    const make = async (): Promise<System> => {
      const program = await assembleGuest(SPINS);
      const vms = (['a', 'b'] as const).map((name) => ({ name, program, engine }));
      return makeHost(vms, { scheduler: { kind: 'round-robin', slice: MILLISECOND } }).system;
    };
    const run = (system: System, until: number): void => {
      while (system.machine.clock.now() < until) system.machine.run({ instructions: 100_000 });
    };
    const histories = (system: System): TimeHistory[] => {
      const vcpus = system.hypervisor?.vms.flatMap((vm) => vm.vcpus) ?? [];
      const now = Math.max(system.machine.clock.now(), ...vcpus.map(({ account }) => account.told));
      return vcpus.map(({ account, run }) => account.history(run, now));
    };

    it('show whose each slice was', async () => {
      const system = await make();
      run(system, 20 * MILLISECOND);
      const [a, b] = histories(system);
      assert.ok(a && b);
      // One spins in each slice, and what the VMM costs is a little.
      assert.equal(a.period, MILLISECOND);
      for (const [column, had] of a.had.slice(0, -1).entries()) {
        const sum = had + (b.had[column] ?? 0);
        assert.ok(sum <= MILLISECOND && sum > 0.95 * MILLISECOND, `column ${column}: ${sum}`);
        assert.ok(Math.max(had, b.had[column] ?? 0) > 0.9 * MILLISECOND, `column ${column}: ${had}`);
      }
      assert.equal(a.had.filter((had) => had > MILLISECOND / 2).length, Math.ceil(a.had.length / 2));
    });

    it('change nothing when they are looked at, and are saved with the machine', async () => {
      const [watched, other] = [await make(), await make()];
      for (let part = 1; part <= 30; part++) {
        run(watched, part * 300_000);
        histories(watched);
      }
      run(other, 30 * 300_000);
      assert.equal(watched.stateHash(), other.stateHash());
      const restored = await make();
      restored.restore(watched.save());
      assert.deepEqual(histories(restored), histories(watched));
      for (const system of [restored, other]) run(system, 40 * MILLISECOND);
      assert.deepEqual(histories(restored), histories(other));
      assert.equal(restored.stateHash(), other.stateHash());
    });
  });
