import {
  isNumbers,
  isPlainList,
  type Numbers,
  type PlainRecord,
  type PlainValue,
} from '../../simulator/schema/state/plain';
import type { Next } from './random';

/** A copy of plain data in which one leaf has another value, or is missing, or a record has one field more. */
export function changed(value: PlainValue, next: Next): PlainValue {
  const leaves: (readonly string[])[] = [];
  const visit = (at: PlainValue, way: readonly string[]): void => {
    if (way.length > 0) leaves.push(way);
    if (typeof at === 'object' && at !== null && !isNumbers(at))
      for (const [field, inner] of Object.entries(at)) visit(inner, [...way, field]);
  };
  visit(value, []);
  return changedAt(value, leaves[next(leaves.length)] ?? [], next);
}

/** The same for the leaf at the end of a way of fields. */
export function changedAt(value: PlainValue, way: readonly string[], next: Next): PlainValue {
  const at = way.reduce<PlainValue>((inner, field) => (inner as PlainRecord)[field] ?? null, value);
  if (at instanceof Uint8Array && at.length > 0 && next(2) === 0) return withChange(value, way, changedByte(at, next));
  if (isNumbers(at) && at.length > 0 && next(2) === 0) return withChange(value, way, changedNumbers(at, next));
  if (isPlainList(at) && at.length > 0 && next(3) === 0) return withChange(value, way, changedList(at, next));
  if (typeof at === 'number' && next(3) === 0) return withChange(value, way, at + (next(2) === 0 ? 1 : -4096));
  if (typeof at === 'bigint' && next(3) === 0) return withChange(value, way, at + (next(2) === 0 ? 1n : -4096n));
  const values: PlainValue[] = [
    null,
    7n,
    -1n,
    2n ** 64n,
    new Int32Array(4),
    new Uint32Array(2),
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
export function changedByte(bytes: Uint8Array, next: Next): Uint8Array {
  const copy = bytes.slice();
  copy[next(copy.length)] = next(256);
  return copy;
}

/** Numbers of which one has another value. */
function changedNumbers(numbers: Numbers, next: Next): Numbers {
  const copy = numbers.slice();
  const at = next(copy.length);
  copy[at] = [0, 1, 2, -1, 1.5, Number.NaN, 4096, 2 ** 31, 1e300, (copy[at] ?? 0) + 1][next(10)] ?? 0;
  return copy;
}

/** A list with an item twice, or one fewer, or two in the other order. */
function changedList(list: readonly PlainValue[], next: Next): readonly PlainValue[] {
  const at = next(list.length);
  const item = list[at] ?? null;
  if (next(3) === 0) return [...list, item];
  const others = list.filter((_, index) => index !== at);
  return next(2) === 0 ? others : [item, ...others];
}

/** A copy of plain data in which another value stands at the end of a way. */
export function withChange(value: PlainValue, [field, ...rest]: readonly string[], put: PlainValue): PlainValue {
  if (field === undefined) return put;
  const entries = Object.entries(value as PlainRecord);
  const made = entries.map(([name, inner]) => [name, name === field ? withChange(inner, rest, put) : inner] as const);
  return Array.isArray(value) ? made.map(([, inner]) => inner) : Object.fromEntries(made);
}
