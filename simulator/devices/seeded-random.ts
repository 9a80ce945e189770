/** Numbers that come from a seed (xorshift128, Marsaglia 2003): the same in every run, never for secrets. */
export class SeededRandom {
  words: [number, number, number, number];

  constructor(seed: number) {
    this.words = [seed | 0, 0x9e3779b9 | 0, 0x7f4a7c15, 0x6a09e667];
    for (let i = 0; i < 16; i++) this.next();
  }

  /** 32 bits, signed. */
  next(): number {
    const [x, y, z, w] = this.words;
    const t = x ^ (x << 11);
    const value = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    this.words = [y, z, w, value];
    return value;
  }
}

/** The seed of one of several users of a machine's seed; of the default seed, 0, it is the user's number. */
export function seedOf(seed: number, user: number): number {
  return (Math.imul(seed, 0x9e3779b1) + user) | 0;
}
