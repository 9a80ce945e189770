import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Client, guest, inVmm } from './client';

const STEPS = 400;

/** What looking says of an instruction is what it does. */
describe('targets of a step into the VMM', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  for (const virtualization of ['full', 'hardware'])
    for (const program of [
      'demand-paging.S',
      'sum-mxr.S',
      'nested-traps.S',
      'illegal.S',
      'accessed-dirty.S',
      'timer.S',
    ])
      it(`are there where an instruction exits, and nowhere else: ${program} (${virtualization})`, async () => {
        client = new Client();
        await client.launch(guest(program), { virtualization, stopOnEntry: true } as object);
        await client.stopped();
        const counts = { exits: 0, others: 0 };
        for (let step = 0; step < STEPS; step++) {
          const [top] = await client.stack();
          const targets = await client.stepInTargets();
          const isForeseen = targets.some(({ label }) => label.startsWith('into the VMM'));
          await client.go('stepIn', { granularity: 'instruction' });
          let [now] = await client.stack();
          const where = `${top?.name} ${top?.source?.name}:${top?.line}: ${targets.map(({ label }) => label).join(', ')}`;
          assert.equal(isForeseen, inVmm(now), where);
          counts[isForeseen ? 'exits' : 'others']++;
          for (let steps = 0; inVmm(now) && steps < 50; steps++) {
            await client.go('stepOut');
            [now] = await client.stack();
          }
        }
        assert.ok(counts.exits > 0 && counts.others > 50, JSON.stringify(counts));
      }).timeout(60_000);
});
