import assert from 'node:assert/strict';
import { Integer, Literal, Object as ObjectOf, Optional, String as Text, Union } from '@sinclair/typebox';
import { component, componentOf, restore, type StateOf, stateSchema } from '../../simulator/schema/state/component';
import {
  bits,
  byte,
  bytes,
  count,
  flag,
  float64s,
  instant,
  int32s,
  listOf,
  nullable,
  tableOf,
  uint32s,
  unsigned64,
} from '../../simulator/schema/state/fields';
import type { PlainRecord, PlainValue } from '../../simulator/schema/state/plain';
import { StateError } from '../../simulator/schema/state/state-error';
import { readPlain } from '../../simulator/schema/state/values';

const waitOf = Union([
  ObjectOf({ kind: Literal('wfi') }),
  ObjectOf({ kind: Literal('events'), ports: listOf(byte, { most: 4 }) }),
]);

/** One field of each kind. */
const partState = stateSchema(
  'part',
  3,
  {
    on: flag,
    level: Integer({ minimum: 1, maximum: 7 }),
    control: bits(0xc9),
    serial: Text({ maxLength: 4 }),
    time: instant,
    wide: unsigned64,
    registers: int32s(4),
    words: nullable(uint32s(2)),
    samples: float64s({ most: 3 }),
    block: bytes({ exactly: 3 }),
    fifo: listOf(byte, { most: 3 }),
    wait: nullable(waitOf),
    sectors: tableOf(count, bytes({ exactly: 2 }), 3),
    inner: ObjectOf({ first: byte, second: nullable(ObjectOf({ deep: flag })) }),
  },
  ({ on, fifo }) =>
    on || fifo.length === 0 ? undefined : { path: ['fifo'], problem: 'must be empty while it is off' },
);

function make(): StateOf<typeof partState> {
  return {
    on: true,
    level: 2,
    control: 0x41,
    serial: 'abc',
    time: 5,
    wide: 2n ** 64n - 1n,
    registers: Int32Array.of(1, -2, 3, -4),
    words: Uint32Array.of(1, 2),
    samples: Float64Array.of(0.5, Number.POSITIVE_INFINITY),
    block: Uint8Array.of(7, 8, 9),
    fifo: [1, 2],
    wait: { kind: 'events', ports: [1] },
    sectors: new Map([
      [9, Uint8Array.of(1, 2)],
      [4, Uint8Array.of(3, 4)],
    ]),
    inner: { first: 1, second: { deep: true } },
  };
}

describe('a state by its schema', () => {
  it('is saved as a deep copy of plain data, tables in the order of their keys', () => {
    const state = make();
    const saved = component(partState, state).save();
    state.registers[0] = 100;
    state.fifo.push(3);
    state.sectors.get(9)?.fill(0);
    assert.deepEqual(saved, {
      component: 'part',
      version: 3,
      state: {
        ...make(),
        sectors: [
          [4, Uint8Array.of(3, 4)],
          [9, Uint8Array.of(1, 2)],
        ],
      },
      parts: {},
    });
  });

  it('is taken up in another component, and shares nothing with what was saved', () => {
    const saved = component(partState, make()).save();
    const state = { ...make(), on: false, fifo: [], words: null, wait: null, sectors: new Map<number, Uint8Array>() };
    restore(component(partState, state), saved, 'machine.part');
    assert.deepEqual(state, make());
    state.sectors.get(9)?.fill(0);
    assert.deepEqual(component(partState, make()).save(), saved);
  });

  it('leaves arrays of numbers where they are, since others look at them', () => {
    const state = make();
    const { registers } = state;
    const saved = component(partState, { ...make(), registers: Int32Array.of(5, 6, 7, 8) }).save();
    restore(component(partState, state), saved, 'part');
    assert.equal(state.registers, registers);
    assert.deepEqual([...registers], [5, 6, 7, 8]);
  });

  it('is taken up where a state has accessors, and tells when that is done', () => {
    const hidden = { level: 1 };
    let restored = 0;
    const schema = stateSchema('hidden', 1, { level: byte });
    const accessors = {
      get level() {
        return hidden.level;
      },
      set level(value: number) {
        hidden.level = value;
      },
    };
    const part = component(schema, accessors, { restored: () => (restored += hidden.level) });
    restore(part, component(schema, { level: 6 }).save(), 'hidden');
    assert.deepEqual([hidden.level, restored], [6, 6]);
  });

  const wrong: readonly [field: string, value: PlainValue | undefined, message: string][] = [
    ['on', 1, 'field on must be true or false, not 1'],
    ['on', undefined, 'field on must be true or false, and is missing'],
    ['level', 8, 'field level must be an integer from 1 to 7, not 8'],
    ['level', 1.5, 'field level must be an integer from 1 to 7, not 1.5'],
    ['level', Number.NaN, 'field level must be an integer from 1 to 7, not NaN'],
    ['level', null, 'field level must be an integer from 1 to 7, not null'],
    ['control', 2, 'field control must be an integer with no bits but 0xc9, not 2'],
    ['serial', 'abcde', 'field serial must be a string, not "abcde"'],
    ['time', -1, 'field time must be an integer from 0 to 4503599627370495 (ns), not -1'],
    ['wide', 5, 'field wide must be a 64-bit integer from 0 to 18446744073709551615, not 5'],
    ['wide', -1n, 'field wide must be a 64-bit integer from 0 to 18446744073709551615, not -1n'],
    ['registers', new Int32Array(3), 'field registers must be 4 32-bit integers with a sign, not 12 bytes'],
    ['registers', new Uint32Array(4), 'field registers must be 4 32-bit integers with a sign, not 16 bytes'],
    ['registers', [1, 2, 3, 4], 'field registers must be 4 32-bit integers with a sign, not a list'],
    ['words', new Uint32Array(3), 'field words must be 2 32-bit integers without a sign, not 12 bytes'],
    ['words', true, 'field words must be 2 32-bit integers without a sign or null, not true'],
    ['samples', new Float64Array(4), 'field samples must be at most 3 floating-point numbers, not 32 bytes'],
    ['block', new Uint8Array(2), 'field block must be 3 bytes, not 2 bytes'],
    ['fifo', [1, 2, 3, 4], 'field fifo must be a list of at most 3 entries, not one of 4'],
    ['fifo', [1, 256], 'field fifo[1] must be an integer from 0 to 255, not 256'],
    ['fifo', { 0: 1 }, 'field fifo must be a list of at most 3 entries, not an object'],
    [
      'wait',
      { kind: 'sleep' },
      'field wait must be an object with "kind" or an object with "kind" and "ports" or null, not an object',
    ],
    ['wait', { kind: 'events' }, 'field wait.ports must be a list of at most 4 entries, and is missing'],
    ['wait', { kind: 'wfi', ports: [] }, 'field wait.ports is unknown; there are kind'],
    ['sectors', {}, 'field sectors must be a list of at most 3 pairs, in the order of their keys, not an object'],
    ['sectors', [[1, 2, 3]], 'field sectors[0] must be a pair of key and value, not a list'],
    ['sectors', [[1, new Uint8Array(3)]], 'field sectors[0][1] must be 2 bytes, not 3 bytes'],
    [
      'sectors',
      [
        [1, new Uint8Array(2)],
        [1, new Uint8Array(2)],
      ],
      'field sectors[1][0] must be above the key before it, not 1',
    ],
    ['inner', { first: 1 }, 'field inner.second must be an object with "deep" or null, and is missing'],
    ['inner', { first: 1, second: { deep: 0 } }, 'field inner.second.deep must be true or false, not 0'],
    ['inner', { first: 1, second: null, third: 1 }, 'field inner.third is unknown; there are first, second'],
    ['other', 1, 'field other is unknown; there are '],
  ];
  for (const [field, value, message] of wrong)
    it(`is refused when ${message}`, () => {
      const saved = component(partState, make()).save();
      const { [field]: _, ...rest } = saved.state;
      const changed: PlainRecord = value === undefined ? rest : { ...rest, [field]: value };
      const state = make();
      assert.throws(
        () => restore(component(partState, state), { ...saved, state: changed }, 'board.part'),
        (error) => error instanceof StateError && error.message.startsWith(`board.part: ${message}`),
      );
      assert.deepEqual(state, make(), 'nothing has changed');
    });

  it('is refused when its fields do not go together', () => {
    const saved = component(partState, { ...make(), on: false }).save();
    assert.throws(
      () => restore(component(partState, make()), saved, 'part'),
      /^Error: part: field fifo must be empty while it is off$/,
    );
  });
});

describe('a component that gives and takes its state', () => {
  it('gives copies, and takes nothing that is wrong', () => {
    const samplesState = stateSchema('samples', 1, { samples: float64s({ most: 3 }) });
    let held = Float64Array.of(1, 2);
    const part = componentOf(samplesState, {
      state: () => ({ samples: held }),
      restore: ({ samples }) => {
        held = Float64Array.from(samples);
      },
    });
    const saved = part.save();
    held[0] = 7;
    assert.throws(() => restore(part, { ...saved, state: { samples: 7 } }, 'part'), StateError);
    assert.deepEqual([...held], [7, 2]);
    restore(part, saved, 'part');
    assert.deepEqual([...held], [1, 2], 'as many numbers as before, which are others');
  });
});

describe('a component with parts', () => {
  const levelState = stateSchema('level', 1, { level: byte });
  const boxState = stateSchema('box', 2, {});
  const makeBox = (levels: { readonly [part: string]: { level: number } }) => {
    const parts = Object.entries(levels).map(([part, state]) => [part, component(levelState, state)] as const);
    return component(boxState, {}, { parts: Object.fromEntries(parts) });
  };

  it('is saved and taken up with them', () => {
    const [left, right] = [{ level: 1 }, { level: 2 }];
    restore(makeBox({ left, right }), makeBox({ left: { level: 3 }, right: { level: 4 } }).save(), 'box');
    assert.deepEqual([left.level, right.level], [3, 4]);
  });

  it('changes in no part when one is wrong', () => {
    const left = { level: 1 };
    const saved = makeBox({ left: { level: 3 }, right: { level: 400 } }).save();
    assert.throws(
      () => restore(makeBox({ left, right: { level: 2 } }), saved, 'machine.box'),
      /machine\.box\.right: field level must be an integer from 0 to 255, not 400/,
    );
    assert.equal(left.level, 1);
  });

  it('is refused, unchanged, where its parts do not go together', () => {
    const make = (low: { level: number }, high: { level: number }) =>
      component(
        boxState,
        {},
        {
          parts: { low: component(levelState, low), high: component(levelState, high) },
          check: (field) =>
            Number(field('low', 'level')) <= Number(field('high', 'level'))
              ? undefined
              : { part: 'high', path: ['level'], problem: 'must not be below the low one' },
        },
      );
    const [low, high] = [{ level: 1 }, { level: 2 }];
    const box = make(low, high);
    assert.throws(
      () => restore(box, make({ level: 5 }, { level: 4 }).save(), 'machine.box'),
      /machine\.box\.high: field level must not be below the low one/,
    );
    assert.deepEqual([low, high], [{ level: 1 }, { level: 2 }]);
    restore(box, make({ level: 4 }, { level: 5 }).save(), 'machine.box');
    assert.deepEqual([low, high], [{ level: 4 }, { level: 5 }]);
  });

  const whole = () => makeBox({ left: { level: 1 } }).save();
  const wrong: readonly [what: string, saved: PlainValue | undefined, message: RegExp][] = [
    ['nothing', undefined, /^Error: box: must be the state of a box, and is missing$/],
    ['a number', 7, /box: must be the state of a box, not 7/],
    ['another component', { ...whole(), component: 'level' }, /box: must be the state of a box, not of "level"/],
    ['another version', { ...whole(), version: 1 }, /box: has version 1, and this hyperstep reads version 2/],
    ['more beside it', { ...whole(), extra: 1 }, /box: has "extra" beside its state and parts/],
    ['no state', { ...whole(), state: [] }, /box: must have a state with fields/],
    ['no parts', { ...whole(), parts: null }, /box: must have parts by name/],
    ['a part that is missing', { ...whole(), parts: {} }, /box\.left: must be the state of a level, and is missing/],
    [
      'a part that nobody knows',
      { ...whole(), parts: { ...whole().parts, right: null } },
      /box: has no part "right"; there are left/,
    ],
  ];
  it('may leave a field out where the schema says so, and nowhere else', () => {
    const schema = ObjectOf({ one: Optional(byte), two: byte });
    assert.deepEqual(readPlain(schema, { two: 2 }, 'it'), { two: 2 });
    assert.deepEqual(readPlain(schema, { one: 1, two: 2 }, 'it'), { one: 1, two: 2 });
    assert.throws(
      () => readPlain(schema, { one: 256, two: 2 }, 'it'),
      /it: field one must be an integer from 0 to 255/,
    );
    assert.throws(() => readPlain(schema, { one: 1 }, 'it'), /it: field two must be .*, and is missing/);
  });

  for (const [what, saved, message] of wrong)
    it(`refuses ${what}`, () => assert.throws(() => restore(makeBox({ left: { level: 1 } }), saved, 'box'), message));
});
