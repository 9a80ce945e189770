import assert from 'node:assert/strict';
import { legalVariants } from '../../simulator/core/index';
import type { Program } from '../../simulator/object/program';
import { addressOf } from '../../simulator/system/host-interface';
import { ANY_GUEST_VIRTUALIZATIONS, type SystemConfiguration } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { type Next, numbersFrom } from '../support/random';
import { HOSTILE_GUEST } from './hostile-guest';

/** `HYPERSTEP_GUESTS=10000` runs so many guests instead; `HYPERSTEP_SEED` begins elsewhere. */
const GUESTS = Number(process.env['HYPERSTEP_GUESTS'] ?? 36);
const SEED = Number(process.env['HYPERSTEP_SEED'] ?? 1);
const INSTRUCTIONS = 20_000;
/** What a console takes at once; after that a byte an instruction's time. */
const CONSOLE_ROOM = 64 * 1024;
const VARIANTS = [{}, ...Object.values(legalVariants)];

function configurationOf(next: Next): Partial<SystemConfiguration> {
  const virtualization = ANY_GUEST_VIRTUALIZATIONS[next(ANY_GUEST_VIRTUALIZATIONS.length)] ?? 'none';
  const hartOptions = VARIANTS[next(VARIANTS.length)] ?? {};
  const devices = ['console', 'net', 'rng'] as const;
  return { virtualization, harts: 1 + next(4), hartOptions, devices, vmids: next(4) > 0 };
}

function start(program: Program, seed: number, configuration: Partial<SystemConfiguration>) {
  const made = makeSystem(program, configuration);
  const at = addressOf(program, 'random_seed');
  assert.ok(at !== undefined);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(seed) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn, true);
  assert.ok(made.system.writeMemory(at, bytes));
  return made;
}

describe('hostile guests', () => {
  it(`reach nothing that is not theirs, end nobody but themselves, and are the same again (${GUESTS} from seed ${SEED})`, async () => {
    const program = await assembleGuest(HOSTILE_GUEST);
    const measured = { longest: 0, guest: 0, ends: new Map<string, number>(), retired: 0 };
    for (let guest = 0; guest < GUESTS; guest++) {
      const seed = SEED * 1_000_003 + guest;
      const next = numbersFrom(seed);
      const configuration = configurationOf(next);
      const what = `guest ${guest}: ${JSON.stringify(configuration)}`;
      const before = process.cpuUsage();
      const { system, output } = start(program, seed, configuration);
      const stop = system.machine.run({ instructions: INSTRUCTIONS });
      const spent = process.cpuUsage(before);
      const seconds = (spent.user + spent.system) / 1e6;
      if (seconds > measured.longest) Object.assign(measured, { longest: seconds, guest });
      measured.ends.set(stop.reason, (measured.ends.get(stop.reason) ?? 0) + 1);
      measured.retired += system.machine.clock.retired;
      assert.deepEqual(system.isolationBreaches(), [], what);
      assert.ok(output().length <= CONSOLE_ROOM + system.machine.clock.now(), `${what}: ${output().length} bytes`);
      if (guest % 3 !== 0) continue;
      // In pieces, by the interpreter alone, and by way of a saved machine.
      const again = start(program, seed, { ...configuration, translation: false }).system;
      const half = next(INSTRUCTIONS);
      again.machine.run({ instructions: half });
      const end = again.machine.finished?.reason;
      const canBeSaved = end === undefined || end.startsWith('waiting');
      const last = canBeSaved ? makeSystem(undefined, configuration).system : again;
      if (canBeSaved) last.restore(again.save());
      last.machine.run({ instructions: Math.max(0, INSTRUCTIONS - last.machine.clock.retired) });
      assert.equal(last.machine.hash(), system.machine.hash(), what);
    }
    const ends = [...measured.ends].map(([reason, count]) => `${count} ${reason}`).join(', ');
    const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log(
      `      ${(measured.retired / 1e6).toFixed(1)} million instructions; ${ends}; longest ${measured.longest.toFixed(2)} s (guest ${measured.guest}); ${memory} MiB`,
    );
  }).timeout(3_600_000);
});
