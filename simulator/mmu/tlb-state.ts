import { type FieldProblem, type StateOf, stateSchema } from '../schema/state/component';
import { float64s, upTo } from '../schema/state/fields';
import { LEVELS, pageKey, pagesOf, spaceOfEntry, type TlbEntry } from './tlb-entry';

const FLAGS = 0xff;
/** Guest physical pages, of which an address of 64 bits has more than a virtual one has pages. */
const LAST_PAGE = 2 ** 52 - 1;

/** The fields of an entry in the order in which they are saved, with the highest number that each can be; yes is 1, no is 0. */
const HIGHEST: readonly (readonly [keyof TlbEntry, number])[] = [
  ['virtual', 1],
  ['vmid', 0x3fff],
  ['asid', 0xffff],
  ['global', 1],
  ['bare', 1],
  ['page', LAST_PAGE],
  ['level', LEVELS - 1],
  ['flags', FLAGS],
  ['secondStage', FLAGS],
  ['physical', 2 ** 56 - 1],
  ['firstLevel', LEVELS - 1],
  ['secondLevel', LEVELS - 1],
  ['guestPage', LAST_PAGE],
];
const WIDTH = 1 + HIGHEST.length;

/** The state of a TLB. Its entries, of which there may be thousands, are packed: of each its slot and its fields. */
export const tlbState = (capacity: number) =>
  stateSchema(
    'tlb',
    1,
    {
      /** The slot that the next fill takes. */
      nextSlot: upTo(capacity - 1),
      entries: float64s({ most: capacity * WIDTH }),
    },
    ({ entries }) => problemIn(entries, capacity),
  );

export type TlbState = StateOf<ReturnType<typeof tlbState>>;

export function packEntries(slots: readonly (TlbEntry | undefined)[]): Float64Array {
  const numbers: number[] = [];
  for (const [slot, entry] of slots.entries())
    if (entry) numbers.push(slot, ...HIGHEST.map(([field]) => Number(entry[field])));
  return Float64Array.from(numbers);
}

/** Packed entries with their slots. */
export function* unpackEntries(packed: Float64Array): Generator<readonly [slot: number, entry: TlbEntry]> {
  for (let at = 0; at < packed.length; at += WIDTH) {
    const [slot = 0, virtual, vmid = 0, asid = 0, global, bare, page = 0, level = 0, flags = 0, ...more] =
      packed.subarray(at, at + WIDTH);
    const [secondStage = 0, physical = 0, firstLevel = 0, secondLevel = 0, guestPage = 0] = more;
    const tags = { virtual: virtual === 1, vmid, asid, global: global === 1, bare: bare === 1, page, level };
    yield [slot, { ...tags, flags, secondStage, physical, firstLevel, secondLevel, guestPage }];
  }
}

/** What keeps numbers from being packed entries of a TLB that finds each of them. */
function problemIn(entries: Float64Array, capacity: number): FieldProblem | undefined {
  if (entries.length % WIDTH !== 0)
    return { path: ['entries'], problem: `must be entries of ${WIDTH} numbers, not ${entries.length} numbers` };
  const problem = (index: number, field: string, wanted: string): FieldProblem => ({
    path: ['entries', index, field],
    problem: `must be ${wanted}`,
  });
  const outside = entries.findIndex((number, at) => !isUpTo(number, HIGHEST[(at % WIDTH) - 1]?.[1] ?? capacity - 1));
  if (outside >= 0) {
    const [field, highest] = HIGHEST[(outside % WIDTH) - 1] ?? ['slot', capacity - 1];
    return problem(Math.floor(outside / WIDTH), field, `an integer from 0 to ${highest}, not ${entries[outside]}`);
  }
  const known = new Set<string>();
  let [index, before] = [0, -1];
  for (const [slot, entry] of unpackEntries(entries)) {
    const key = `${spaceOfEntry(entry)}/${pageKey(entry.page, entry.level)}`;
    if (slot <= before) return problem(index, 'slot', `above the slot before it, not ${slot}`);
    if (entry.page % pagesOf(entry.level) !== 0)
      return problem(index, 'page', `a multiple of its size, not ${entry.page}`);
    if (known.has(key)) return problem(index, 'page', `another one than those of other entries, not ${entry.page}`);
    known.add(key);
    before = slot;
    index += 1;
  }
  return undefined;
}

const isUpTo = (number: number, highest: number): boolean =>
  Number.isInteger(number) && number >= 0 && number <= highest;
