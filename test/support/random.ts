/** A seeded generator, so that a failing run can be repeated from the seed that it printed. */
export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** SEED in the environment, or a new one; printed when a test fails by putting it in the message. */
  static fromEnvironment(): Random {
    return new Random(Number(process.env['SEED'] ?? (Math.random() * 0x7fffffff) | 1));
  }

  /** Of seeds in a row: their first numbers are as different as any. */
  static strewn(seed: number): Random {
    return new Random(Math.imul(seed, 0x9e3779b1));
  }

  /** xorshift32 (Marsaglia 2003). */
  private step(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }

  /** 32 random bits: a multiplication makes the low ones as good as the others. */
  next(): number {
    return Math.imul(this.step(), 0x9e3779b1) >>> 0;
  }

  /** 0 <= result < bound */
  below(bound: number): number {
    return Math.floor((this.step() / 2 ** 32) * bound);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** 64 random bits, often small or at an edge. */
  bits64(): bigint {
    switch (this.below(6)) {
      case 0:
        return BigInt(this.below(16));
      case 1:
        return BigInt.asUintN(64, -BigInt(this.below(16)));
      case 2:
        return this.pick([0n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 63n, (1n << 63n) - 1n, (1n << 64n) - 1n]);
      default:
        return (BigInt(this.next()) << 32n) | BigInt(this.next());
    }
  }
}

/** The next number below a bound. */
export type Next = (below: number) => number;

/** The numbers of a seed, for whoever needs nothing else. */
export function numbersFrom(seed: number): Next {
  const random = new Random(seed);
  return (below) => random.below(below);
}
