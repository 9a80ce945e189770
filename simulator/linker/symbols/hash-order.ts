const mask = 0xffff_ffff_ffff_ffffn;
/** Sizes of ld's table of symbols as it grows (BFD's higher_prime_number); the first is what it begins with. */
const sizes = [4051, 4093, 8191, 16_381, 32_749, 65_521, 131_071, 262_139, 524_287, 1_048_573];

function hashOf(name: string): bigint {
  let hash = 0n;
  const mix = (value: bigint): void => {
    hash = (hash + value + (value << 17n)) & mask;
    hash ^= hash >> 2n;
  };
  const bytes = new TextEncoder().encode(name);
  for (const byte of bytes) mix(BigInt(byte));
  mix(BigInt(bytes.length));
  return hash;
}

interface Link {
  readonly name: string;
  readonly hash: bigint;
  next: Link | undefined;
}

/**
 * The order in which ld goes through its symbols, where it places common symbols and slots of tables: that of a hash
 * table into which they came one after the other.
 */
export class HashOrder {
  readonly #ranks = new Map<string, number>();

  /** @param names in the order in which the link meets them */
  constructor(names: Iterable<string>) {
    const table = new HashTable();
    for (const name of names) table.add(name);
    for (const name of table.names()) this.#ranks.set(name, this.#ranks.size);
  }

  readonly compare = (a: string, b: string): number => (this.#ranks.get(a) ?? 0) - (this.#ranks.get(b) ?? 0);
}

class HashTable {
  #step = 0;
  #buckets: (Link | undefined)[] = new Array(sizes[0]!);
  readonly #known = new Set<string>();

  add(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    const hash = hashOf(name);
    this.#push(this.#buckets, { name, hash, next: undefined });
    if (this.#known.size > Math.floor((sizes[this.#step]! * 3) / 4) && sizes[this.#step + 1] !== undefined)
      this.#grow();
  }

  #push(buckets: (Link | undefined)[], link: Link, last = link): void {
    const at = Number(link.hash % BigInt(buckets.length));
    last.next = buckets[at];
    buckets[at] = link;
  }

  /** Links of one hash stay together. */
  #grow(): void {
    const next: (Link | undefined)[] = new Array(sizes[++this.#step]!);
    for (let link of this.#buckets) {
      while (link) {
        let last = link;
        while (last.next && last.next.hash === link.hash) last = last.next;
        const rest: Link | undefined = last.next;
        this.#push(next, link, last);
        link = rest;
      }
    }
    this.#buckets = next;
  }

  *names(): Generator<string> {
    for (let link of this.#buckets) for (; link; link = link.next) yield link.name;
  }
}
