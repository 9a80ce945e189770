import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readScenario } from '../../simulator/scenario/read-scenario';
import { isRecord } from '../../simulator/schema/record';
import { Random } from '../support/random';

/** `HYPERSTEP_FUZZ=5000` changes so many scenarios instead. */
const ROUNDS = Number(process.env['HYPERSTEP_FUZZ'] ?? 400);

/** Every key of the format. */
const good = {
  version: 1,
  seed: 7,
  defaults: { vm: { memory: '16M', time: 'real' }, host: { vmmTime: 'charged', vmids: true } },
  hosts: {
    turin: {
      harts: 2,
      memory: '512M',
      model: 'native',
      scheduler: { kind: 'credit', slice: '1ms' },
      overcommit: 'refuse',
      machineOptions: { asidBits: 4, paging: 'sv39' },
      vms: {
        web: {
          engine: 'hardware',
          program: ['web.S', 'lib.o'],
          vcpus: 2,
          weight: 512,
          cap: 50,
          pin: [0, 1],
          memory: '32M',
          memoryLimit: '96M',
          onCrash: 'restart',
          disks: [{ image: 'web.img', write: 'copy', backend: 'emulated' }],
          devices: ['rng', 'net'],
          defines: { A: 1 },
          march: 'rv64gc',
        },
        db: { engine: 'full', program: 'db.S', time: 'own', loadAddress: '0x80200000', commonProcessor: true, seed: 3 },
      },
    },
  },
};

const strange: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '0x',
  '9'.repeat(500),
  '\u0000',
  'constructor',
  [],
  {},
  [[[[]]]],
  { a: { b: { c: {} } } },
  Array(300).fill(0),
];
const names = [
  '__proto__',
  'constructor',
  'toString',
  'links',
  'nics',
  'vms',
  'harts',
  '',
  '1',
  'x'.repeat(400),
  'a/b~c',
];

/** A copy with one thing changed somewhere in it. */
function changedValue(value: unknown, random: Random): unknown {
  if (random.below(8) === 0) return random.pick(strange);
  if (Array.isArray(value) && value.length > 0) {
    const at = random.below(value.length);
    if (random.below(4) === 0) return [...value, ...value];
    return value.map((entry, index) => (index === at ? changedValue(entry, random) : entry));
  }
  if (!isRecord(value) || Object.keys(value).length === 0) return random.pick(strange);
  const entries = Object.entries(value);
  const at = random.below(entries.length);
  switch (random.below(8)) {
    case 0:
      return Object.fromEntries(entries.filter((_, index) => index !== at));
    case 1:
      return Object.fromEntries([...entries, [random.pick(names), random.pick(strange)]]);
    case 2:
      return Object.fromEntries(entries.map(([name, part], index) => [index === at ? random.pick(names) : name, part]));
    default:
      return Object.fromEntries(
        entries.map(([name, part], index) => [name, index === at ? changedValue(part, random) : part]),
      );
  }
}

/** A text with some of its characters gone, doubled or replaced. */
function changedText(text: string, random: Random): string {
  const at = random.below(text.length);
  const end = at + random.below(12);
  switch (random.below(3)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, end) + text.slice(at);
    default:
      return (
        text.slice(0, at) +
        random.pick(['{', '}', '[', ']', '"', ',', ':', '\\', '/*', '//', '\n', '9', '\u2028']) +
        text.slice(at)
      );
  }
}

function check(given: unknown, message: string): void {
  const { scenario, problems } = readScenario(given);
  assert.equal(scenario === undefined, problems.length > 0, message);
  const lines = typeof given === 'string' ? given.split(/\r\n|\r|\n/) : [];
  for (const problem of problems) {
    assert.doesNotMatch(problem.message, /undefined|\[object|NaN|null prototype/, message);
    if (typeof given !== 'string') continue;
    const { start, end } = problem.range ?? assert.fail(message);
    for (const { line, column } of [start, end]) assert.ok(column <= (lines[line]?.length ?? -1), message);
    assert.ok(start.line < end.line || (start.line === end.line && start.column <= end.column), message);
  }
}

describe('a good scenario, changed anywhere', () => {
  const random = Random.fromEnvironment();

  it('is good to begin with', () => {
    assert.deepEqual(readScenario(JSON.stringify(good)).problems, []);
  });

  it(`is a scenario, or its problems with their places (seed ${random.seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      let value: unknown = good;
      for (let changes = random.below(3); changes >= 0; changes--) value = changedValue(value, random);
      const message = `seed ${random.seed}, round ${round}: ${JSON.stringify(value)}`;
      check(value, message);
      const text = JSON.stringify(value, null, random.below(3));
      check(text, message);
      const other = changedText(text, random);
      check(other, `seed ${random.seed}, round ${round}: ${other}`);
    }
  });

  it('is refused where it is no text and no object', () => {
    for (const value of [undefined, null, 1n, Symbol('x'), () => undefined, new Uint8Array(4), new Map(), Number.NaN])
      assert.ok(readScenario(value).problems.length > 0);
  });
});
