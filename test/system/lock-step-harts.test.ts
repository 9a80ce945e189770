import assert from 'node:assert/strict';
import { legalVariants } from '../../simulator/core/index';
import { runInLockStep } from '../../simulator/system/lock-step';
import { randomHarts } from '../hypervisor/random-harts';
import { assembleGuest, makeSystem } from '../support/guest';
import { Random } from '../support/random';

/** `RANDOM_HARTS=1000` runs so many guests instead; `RANDOM_SEED` begins elsewhere. */
const GUESTS = Number(process.env['RANDOM_HARTS'] ?? 8);
const FIRST_SEED = Number(process.env['RANDOM_SEED'] ?? 1);
const INSTRUCTIONS = 6000;
/** How else harts may legally be, as far as a supervisor cannot tell by what it reads. */
const VARIANTS = [
  {},
  {},
  ...[
    'no-trap-instruction',
    'no-guest-fault-address',
    'no-asids',
    'few-asids',
    'no-vmids',
    'few-vmids',
    'small-tlb',
    'large-tlb',
    'cached-invalid-entries',
    'large-tlb-of-invalid-entries',
    'fences-forget-all',
    'spurious-sc-failures',
  ].map((name) => legalVariants[name] ?? assert.fail(name)),
];
const MEMORY = 8 * 1024 * 1024;

describe('random guests of several harts', () => {
  for (const virtualization of ['full', 'hardware'] as const)
    it(`are the same under none and ${virtualization} (${GUESTS} from seed ${FIRST_SEED})`, async () => {
      const failures: string[] = [];
      for (let seed = FIRST_SEED; seed < FIRST_SEED + GUESTS; seed++) {
        const random = Random.strewn(seed);
        const harts = 2 + random.below(3);
        // A guest of `full` has the timer of the SBI alone.
        const supervisorTimer = virtualization === 'hardware' && random.below(2) === 0;
        const hartOptions = random.pick(VARIANTS);
        const program = await assembleGuest(randomHarts(seed, { harts, supervisorTimer }));
        const [none, other] = (['none', virtualization] as const).map(
          (how) =>
            makeSystem(program, {
              virtualization: how,
              harts,
              memory: MEMORY,
              hartOptions: { ...hartOptions, supervisorTimer },
              commonProcessor: true,
            }).system,
        );
        assert.ok(none && other);
        const result = runInLockStep(none, other, { instructions: INSTRUCTIONS, memoryEvery: INSTRUCTIONS });
        if (!result.equal)
          failures.push(`seed ${seed}, ${harts} harts, ${JSON.stringify(hartOptions)}: ${inWords(result)}`);
        assert.deepEqual(other.isolationBreaches(), [], `seed ${seed}`);
      }
      assert.deepEqual(failures, []);
    }).timeout(3_600_000);
});

const inWords = (result: object): string =>
  JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value));
