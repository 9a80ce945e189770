import { component, type StateOf, stateSchema } from '../schema/state/component';
import { int32s } from '../schema/state/fields';

const randomState = stateSchema('seeded-random', 1, { words: int32s(4) }, ({ words }) =>
  words.some((word) => word !== 0)
    ? undefined
    : { path: ['words'], problem: 'must not all be 0: nothing else would come' },
);

/** Numbers that come from a seed (xorshift128, Marsaglia 2003): the same in every run, never for secrets. */
export class SeededRandom {
  private readonly state: StateOf<typeof randomState>;
  readonly component;

  constructor(seed: number) {
    this.state = { words: Int32Array.of(seed, 0x9e3779b9, 0x7f4a7c15, 0x6a09e667) };
    this.component = component(randomState, this.state);
    for (let i = 0; i < 16; i++) this.next();
  }

  /** 32 bits, signed. */
  next(): number {
    const { words } = this.state;
    const [x = 0, , , w = 0] = words;
    const t = x ^ (x << 11);
    const value = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    words.copyWithin(0, 1);
    words[3] = value;
    return value;
  }
}

/** The seed of one of several users of a machine's seed; of the default seed, 0, it is the user's number. */
export function seedOf(seed: number, user: number): number {
  return (Math.imul(seed, 0x9e3779b1) + user) | 0;
}
