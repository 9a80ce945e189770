import assert from 'node:assert/strict';
import { runInLockStep } from '../../simulator/system/lock-step';
import { randomKernel } from '../hypervisor/random-kernel';
import { assembleGuest, makeSystem } from '../support/guest';

const SEEDS = Number(process.env['RANDOM_KERNELS'] ?? 40);
const FIRST_SEED = Number(process.env['RANDOM_SEED'] ?? 1);
const INSTRUCTIONS = 4000;

describe('random guest kernels', () => {
  for (const virtualization of ['full', 'hardware'] as const)
    it(`are the same under none and ${virtualization} (${SEEDS} from seed ${FIRST_SEED})`, async () => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
        const program = await assembleGuest(randomKernel(seed));
        const none = makeSystem(program, { commonProcessor: true }).system;
        const other = makeSystem(program, { virtualization, commonProcessor: true }).system;
        const result = runInLockStep(none, other, { instructions: INSTRUCTIONS, memoryEvery: INSTRUCTIONS });
        assert.ok(
          result.equal,
          `seed ${seed}: ${JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value))}`,
        );
      }
    }).timeout(600_000);
});
