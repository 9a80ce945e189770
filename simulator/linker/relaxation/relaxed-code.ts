import type { Integer } from '../../object/bytes/integer';
import type { ObjectSection, ObjectSymbol, Relocation } from '../../object/elf/relocatable';

/** A relocation whose type, symbol and addend change as its instruction becomes shorter. Its offset is the first one. */
export interface RelaxedRelocation extends Relocation {
  type: number;
  symbol: ObjectSymbol;
  addend: Integer;
}

/**
 * A section that becomes shorter: its bytes stay where they were assembled until the end, and what is deleted of them is
 * noted, so that every offset (of a label, a relocation, a line) has its place in the shorter section at any time.
 */
export class RelaxedCode {
  readonly bytes: Uint8Array;
  readonly relocations: readonly RelaxedRelocation[];
  /** Offsets of deleted bytes, in order. */
  #starts: number[] = [];
  /** Bytes deleted up to and with each. */
  #totals: number[] = [];
  #counts: number[] = [];
  /** Deletions of the pass that is under way, in order of offset. */
  readonly #pending: { start: number; count: number }[] = [];

  constructor({ bytes, relocations }: ObjectSection) {
    this.bytes = new Uint8Array(bytes);
    this.relocations = relocations.map((relocation) => ({ ...relocation }));
  }

  get size(): number {
    return this.bytes.length - (this.#totals.at(-1) ?? 0);
  }

  /** Where an offset is now: what was deleted before it is gone. */
  moved(offset: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? offset : offset - this.#totals[low - 1]!;
  }

  /** Notes that bytes go away; places stay as they are until `commit`. */
  delete(start: number, count: number): void {
    if (count > 0) this.#pending.push({ start, count });
  }

  /** Notes that a byte comes in before a place: one of those before it comes twice. */
  insert(place: number): void {
    this.#pending.push({ start: place - 1, count: -1 });
  }

  commit(): void {
    if (this.#pending.length === 0) return;
    const all = this.#starts.map((start, i) => ({ start, count: this.#counts[i]! }));
    all.push(...this.#pending);
    all.sort((a, b) => a.start - b.start);
    this.#pending.length = 0;
    this.#starts = all.map(({ start }) => start);
    this.#counts = all.map(({ count }) => count);
    let total = 0;
    this.#totals = this.#counts.map((count) => {
      total += count;
      return total;
    });
  }

  /** The bytes that are left. */
  compacted(): Uint8Array {
    const result = new Uint8Array(this.size);
    let from = 0;
    let to = 0;
    this.#starts.forEach((start, i) => {
      result.set(this.bytes.subarray(from, start), to);
      to += start - from;
      from = start + this.#counts[i]!;
    });
    result.set(this.bytes.subarray(from), to);
    return result;
  }
}
