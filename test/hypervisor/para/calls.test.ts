import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Random } from '../../support/random';
import { RandomCalls } from './random-calls';

/** CALLS and SEED in the environment: so many, from that seed. */
const CALLS = Number(process.env['CALLS'] ?? 2000);
/** After each of so many the VM's isolation is looked at, then after every thousandth. */
const CHECKED = Number(process.env['CHECKED'] ?? 2000);
/** Of a seed that reaches every answer in so many. */
const REACHING = { seed: 1, calls: 8000 };
/** Enough for mistakes that others make. */
const SHORT = { seed: 7, calls: 1500 };

/** Every answer that there is must have come. */
const EXPECTED = [
  ...['mmu_update 0', 'mmu_update -3', 'mmu_update -4', 'update_va 0', 'update_va -3', 'update_va -4'],
  ...['pin 0', 'pin -3', 'pin -4', 'pin -6', 'unpin 0', 'unpin -3'],
  ...['kernel_root 0', 'kernel_root -3', 'kernel_root -4', 'user_root 0', 'user_root -3', 'user_root -4'],
  ...['flush 0', 'flush_all 0', 'flush_on 0', 'flush_all_on 0', 'no operation of mmuext -3'],
  ...['multicall 0', 'multicall entry 0', 'multicall entry -2', 'multicall entry -4', 'iret 0', 'iret -4'],
  ...['initialise 0', 'initialise -3', 'initialise -6', 'up 0', 'up -3', 'up -7', 'state 0', 'state -3', 'down -4'],
  ...['list of 1 -3', 'list of 3 -3', 'list of 12 -3'],
];

describe('calls of a ported guest, at random', () => {
  it('are answered as what is in its tables says, never lead out of it, and reach every answer', async () => {
    const seen = await make(new Random(REACHING.seed), REACHING.calls);
    assert.deepEqual(
      EXPECTED.filter((answer) => !seen.has(answer)),
      [],
      text(seen),
    );
  }).timeout(0);

  it('are so in a short run', async () => {
    await make(new Random(SHORT.seed), SHORT.calls);
  }).timeout(0);

  it('are so from another seed', async () => {
    const seen = await make(Random.fromEnvironment(), CALLS);
    if (CALLS > REACHING.calls) console.log(text(seen));
  }).timeout(0);
});

async function make(random: Random, count: number): Promise<ReadonlyMap<string, number>> {
  const calls = await RandomCalls.make(random);
  const last: string[] = [];
  try {
    for (let call = 0; call < count; call++) {
      last.push(calls.step());
      if (last.length > 12) last.shift();
      if (call < CHECKED || call % 1000 === 0) assert.deepEqual(calls.system.isolationBreaches(), []);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new Error(`SEED=${random.seed}: ${why}\n${last.join('\n')}`, { cause: error });
  }
  return calls.seen;
}

const text = (seen: ReadonlyMap<string, number>): string =>
  [...seen].map(([answer, count]) => `${answer}: ${count}`).join(', ');
