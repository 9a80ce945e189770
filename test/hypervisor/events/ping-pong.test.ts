import assert from 'node:assert/strict';
import path from 'node:path';
import { anyGuestEngines, type EngineId } from '../../../simulator/hypervisor/engines';
import { buildGuest } from '../../support/guest';
import {
  MILLISECOND,
  makeHost,
  pass,
  type TestHost,
  type TestHostConfiguration,
  type TestVm,
} from '../../support/host';

const folder = path.join('extension', 'sample', 'hosts');
const ALL: readonly EngineId[] = anyGuestEngines.map(({ id }) => id);

const sample = async (name: string, engine: EngineId, more: Partial<TestVm> = {}): Promise<TestVm> => ({
  name,
  engine,
  program: await buildGuest(path.join(folder, `${name}.S`)),
  paravirtual: true,
  ...more,
});

async function played(
  [ping, pong]: readonly [EngineId, EngineId],
  configuration: TestHostConfiguration,
  more: Partial<TestVm> = {},
): Promise<TestHost> {
  const host = makeHost([await sample('ping', ping, more), await sample('pong', pong, more)], configuration);
  pass(host.system, 200 * MILLISECOND);
  return host;
}

describe('ping-pong over an event channel', () => {
  for (const ping of ALL)
    for (const pong of ALL)
      for (const harts of [1, 2])
        it(`comes to its end (${ping} and ${pong}, harts: ${harts})`, async () => {
          const { system, output } = await played([ping, pong], { harts });
          assert.match(output('ping'), /^\d+ ns for a round trip\n$/);
          const ends = system.hypervisor?.vms.map(({ end }) => end);
          assert.deepEqual(ends, [
            { reason: 'power-off', code: 0 },
            { reason: 'power-off', code: 0 },
          ]);
          // Of the second the first answer is none; each of the others has one exit for the wait and one for the send.
          const calls = system.hypervisor?.ledger.counts(1).find(({ reason }) => reason === 'sbi-call')?.count ?? 0;
          assert.ok(calls >= 2 * 1001 && calls < 2 * 1001 + 100, `${calls}`);
        }).timeout(60_000);

  for (const vmmTime of ['free', 'charged'] as const)
    it(`comes to its end with VMs that live by their own time (vmmTime: ${vmmTime})`, async () => {
      const { output } = await played(['full', 'hardware'], { harts: 2, vmmTime }, { time: 'own' });
      assert.match(output('ping'), /^\d+ ns for a round trip\n$/);
    }).timeout(60_000);

  for (const engine of ALL)
    it(`is narrated, and the same where somebody looks (${engine})`, async () => {
      const vms = [await sample('ping', engine), await sample('pong', engine)];
      const [observed, unobserved] = [makeHost(vms).system, makeHost(vms).system];
      const about = new Set<number>();
      for (let at = 0; at < 40_000; ) {
        const before = observed.machine.clock.retired;
        const stop = observed.machine.run({
          instructions: 40_000 - at,
          stopAtStep: ({ site }) => !about.has(site) && about.add(site).size > 0,
        });
        at += observed.machine.clock.retired - before;
        if (stop.reason !== 'handler') break;
      }
      unobserved.machine.run({ instructions: 40_000 });
      assert.ok(about.size > 30, `${about.size} steps`);
      assert.equal(observed.stateHash(), unobserved.stateHash());
    }).timeout(60_000);

  for (const engine of ALL)
    it(`goes on where it was saved, and ends the same (${engine})`, async () => {
      const vms = [await sample('ping', engine), await sample('pong', engine)];
      const whole = makeHost(vms, { harts: 2 });
      const parted = makeHost(vms, { harts: 2 });
      let from = parted.system;
      for (let part = 0; part < 40; part++) {
        whole.system.machine.run({ instructions: 3001 });
        from.machine.run({ instructions: 3001 });
        assert.equal(from.stateHash(), whole.system.stateHash(), `after part ${part}`);
        if (from.machine.activeHandler || from.machine.finished) continue;
        const copy = makeHost(vms, { harts: 2 });
        copy.system.restore(from.save());
        assert.equal(copy.system.stateHash(), whole.system.stateHash(), `restored after part ${part}`);
        assert.deepEqual(copy.system.isolationBreaches(), []);
        from = copy.system;
      }
    }).timeout(120_000);
});
