import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { isolationBreaches } from '../../simulator/hypervisor/isolation';
import { buildGuest, diskOf, makeSystem } from '../support/guest';
import { makeHost } from '../support/host';

const sample = path.join('extension', 'sample');
const guests = path.join(sample, 'para', 'guests');
const measures = path.join(sample, 'measures');
const sourcesIn = (folder: string, suffix: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => path.join(folder, name));

/** Instructions between two looks. */
const SLICE = 2003;
const MOST_SLICES = 1000;

/** What guests have that say so: `#! with harts 4`. */
const hartsOf = (text: string): number =>
  Number(/^#! with harts (\d+)$/m.exec(text)?.[1] ?? /--harts (\d+)/.exec(text)?.[1] ?? 1);

describe('guests of para that come with the extension', () => {
  for (const file of [...sourcesIn(guests, '.S'), ...sourcesIn(measures, '.para.S')])
    it(`reach nothing but their own memory, whenever one looks: ${path.basename(file)}`, async () => {
      const program = await buildGuest(file);
      const harts = hartsOf(readFileSync(file, 'utf8'));
      const { system } = makeSystem(program, { virtualization: 'para', harts, disks: [diskOf()] });
      const { hypervisor, machine } = system;
      assert.ok(hypervisor);
      let reason = 'limit';
      for (let slice = 0; reason === 'limit' && slice < MOST_SLICES; slice++) {
        ({ reason } = machine.run({ instructions: SLICE }));
        assert.deepEqual(isolationBreaches(hypervisor), [], `after ${machine.clock.retired} instructions`);
      }
      assert.equal(reason, 'power-off');
    }).timeout(60_000);

  for (const harts of [1, 2])
    it(`tell each other something over an event channel, on ${harts} of the host's harts`, async () => {
      const vms = ['caller', 'answerer'].map(async (name) => {
        const program = await buildGuest(path.join(sample, 'para', 'hosts', `${name}.S`));
        return { name, program, engine: 'para' } as const;
      });
      const { system, output } = makeHost(await Promise.all(vms), { harts });
      let reason = 'limit';
      for (let slice = 0; reason === 'limit' && slice < MOST_SLICES; slice++) {
        ({ reason } = system.machine.run({ instructions: 101 }));
        assert.deepEqual(system.isolationBreaches(), []);
      }
      assert.equal(reason, 'power-off');
      assert.deepEqual(['caller', 'answerer'].map(output), ['10 answers came.\n', 'All is answered.\n']);
    });

  it('are short enough to be read', () => {
    for (const file of [guests, path.join(sample, 'para', 'hosts')].flatMap((folder) => sourcesIn(folder, '.S')))
      assert.ok(readFileSync(file, 'utf8').split('\n').length <= 201, `${file} has more than 200 lines`);
  });
});
