import assert from 'node:assert/strict';
import path from 'node:path';
import type { PlainValue } from '../../simulator/devices/device';
import { describeSystem, readSnapshot, SnapshotError, writeSnapshot } from '../../simulator/hypervisor/snapshot';
import { ConfigurationError, System, VIRTUALIZATIONS } from '../../simulator/hypervisor/system';
import { FileFormatError } from '../../simulator/machine/plain-codec';
import { buildGuest, guestFolder, makeSystem } from '../support/guest';

/** `HYPERSTEP_FUZZ=5000` changes so many fields instead; `HYPERSTEP_SEED` begins elsewhere. */
const ROUNDS = Number(process.env['HYPERSTEP_FUZZ'] ?? 60);
const SEED = Number(process.env['HYPERSTEP_SEED'] ?? 1);
const REFUSALS = [SnapshotError, FileFormatError, ConfigurationError];

for (const virtualization of VIRTUALIZATIONS) {
  describe(`snapshots with a right seal and wrong fields (${virtualization})`, () => {
    it(`are refused by name or run (${ROUNDS} from seed ${SEED})`, async () => {
      const program = await buildGuest(path.join(guestFolder, 'blk-write.S'));
      const { system } = makeSystem(program, { virtualization, devices: ['console', 'net', 'rng'] });
      system.machine.run({ instructions: 4500 });
      const { memory, ...state } = system.save();
      const description = describeSystem(system.configuration);
      let refused = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const next = randomFrom(SEED * 1_000_003 + round);
        // Now and then the description, most times the state.
        const [d, s] =
          next(5) === 0
            ? [changed(description as PlainValue, next), state]
            : [description, changed(state as PlainValue, next)];
        const file = writeSnapshot(d as typeof description, { ...(s as typeof state), memory });
        try {
          runFrom(file);
        } catch (error) {
          const known = REFUSALS.some((kind) => error instanceof kind);
          assert.ok(known, `round ${round}: ${error instanceof Error ? error.stack : error}`);
          refused += 1;
        }
      }
      assert.ok(refused > ROUNDS / 4, `${refused} refused`);
    }).timeout(600_000);
  });
}

function runFrom(file: Uint8Array): void {
  const { description, snapshot } = readSnapshot(file);
  const { diskSectors: _, ...machine } = description;
  // So much memory for every machine would take long; the size is checked as it is.
  if (machine.memory > 64 * 2 ** 20) return;
  const { system } = makeSystem(undefined, machine);
  assert.ok(system instanceof System);
  system.restore(snapshot);
  system.machine.run({ instructions: 3000, waitUntil: system.machine.clock.now() + 1e6 });
}

/** A copy of plain data in which one leaf has another value, or is missing, or a record has one field more. */
function changed(value: PlainValue, next: (below: number) => number): PlainValue {
  const leaves: (readonly string[])[] = [];
  const visit = (at: PlainValue, way: readonly string[]): void => {
    if (way.length > 0) leaves.push(way);
    if (typeof at === 'object' && at !== null && !(at instanceof Uint8Array))
      for (const [field, inner] of Object.entries(at)) visit(inner, [...way, field]);
  };
  visit(value, []);
  const way = leaves[next(leaves.length)] ?? [];
  const at = way.reduce<PlainValue>(
    (inner, field) => (inner as { readonly [field: string]: PlainValue })[field] ?? null,
    value,
  );
  if (at instanceof Uint8Array && at.length > 0 && next(2) === 0) return withChange(value, way, changedByte(at, next));
  const values: PlainValue[] = [
    null,
    'abc',
    '',
    true,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    -1e300,
    2 ** 32,
    2 ** 53,
    7,
    [],
    {},
    new Uint8Array(3),
    [{}],
    [null],
  ];
  return withChange(value, way, values[next(values.length)] ?? null);
}

/** Bytes in which one has another value. */
function changedByte(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const copy = bytes.slice();
  copy[next(copy.length)] = next(256);
  return copy;
}

function withChange(value: PlainValue, [field, ...rest]: readonly string[], put: PlainValue): PlainValue {
  if (field === undefined) return put;
  const entries = Object.entries(value as { readonly [field: string]: PlainValue });
  const made = entries.map(([name, inner]) => [name, name === field ? withChange(inner, rest, put) : inner] as const);
  return Array.isArray(value) ? made.map(([, inner]) => inner) : Object.fromEntries(made);
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}
