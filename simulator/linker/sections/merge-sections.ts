import { type ObjectSection, SectionFlag } from '../../object/elf/relocatable';
import type { InputSection, OutputSection } from './sections';

/** A section's remains, and where its offsets went (perhaps into another section). */
export interface MergedSection {
  readonly section: ObjectSection;
  readonly place: (offset: number) => { readonly section: ObjectSection; readonly offset: number };
}

/**
 * Sections of constants that a linker may share (SHF_MERGE): equal entries are kept once, and a string that ends another
 * is kept in that one, as ld does. Gives what became of each such section.
 */
export function mergeSections(inputs: readonly InputSection[]): ReadonlyMap<ObjectSection, MergedSection> {
  const pools = new Map<OutputSection, Map<string, Pool>>();
  for (const { source, output } of inputs) {
    if (!output || !isMergeable(source)) continue;
    let ofOutput = pools.get(output);
    if (!ofOutput) {
      ofOutput = new Map();
      pools.set(output, ofOutput);
    }
    const key = [source.flags & (SectionFlag.Merge | SectionFlag.Strings), source.entrySize, source.alignment].join();
    let pool = ofOutput.get(key);
    if (!pool) {
      pool = new Pool((source.flags & SectionFlag.Strings) !== 0, source.entrySize, source.alignment);
      ofOutput.set(key, pool);
    }
    pool.add(source);
  }
  return new Map(
    [...pools.values()].flatMap((ofOutput) => [...ofOutput.values()].flatMap((pool) => [...pool.finish()])),
  );
}

function isMergeable({ flags, entrySize, relocations, bytes, size, alignment }: ObjectSection): boolean {
  if ((flags & SectionFlag.Strings) === 0 && entrySize % alignment !== 0) return false;
  return (
    (flags & SectionFlag.Merge) !== 0 &&
    entrySize > 0 &&
    relocations.length === 0 &&
    size > 0 &&
    bytes.length === size &&
    size % entrySize === 0
  );
}

interface Entry {
  readonly text: string;
  /** In bytes, with the terminator. */
  readonly length: number;
  alignment: number;
  readonly owner: ObjectSection;
  /** The entry that this one is the end of. */
  inside: Entry | undefined;
  /** Replaced by an entry of stricter alignment. */
  replaced: Entry | undefined;
  offset: number;
}

/** Where a byte of an entry is now. */
function placeOf(
  kept: Entry,
  within: number,
  sections: ReadonlyMap<ObjectSection, ObjectSection>,
): { section: ObjectSection; offset: number } {
  let entry = kept;
  while (entry.replaced) entry = entry.replaced;
  const whole = entry.inside ?? entry;
  return { section: sections.get(whole.owner)!, offset: whole.offset + whole.length - entry.length + within };
}

class Pool {
  /** In order of first appearance. */
  readonly #entries: Entry[] = [];
  readonly #byText = new Map<string, Entry>();
  readonly #sections = new Map<ObjectSection, { offset: number; entry: Entry }[]>();

  constructor(
    readonly strings: boolean,
    readonly entrySize: number,
    readonly alignment: number,
  ) {}

  add(section: ObjectSection): void {
    const { bytes } = section;
    const starts: { offset: number; entry: Entry }[] = [];
    this.#sections.set(section, starts);
    let sawEmpty = false;
    for (let offset = 0; offset < bytes.length; ) {
      const end = this.strings ? this.#stringEnd(bytes, offset) : offset + this.entrySize;
      starts.push({ offset, entry: this.#entry(bytes.subarray(offset, end), this.#alignmentAt(offset), section) });
      offset = end;
      // Padding between strings is not kept; the first of it can stand for an empty string.
      while (this.strings && this.entrySize === 1 && offset < bytes.length && bytes[offset] === 0) {
        if (!sawEmpty && offset % this.alignment === 0) {
          sawEmpty = true;
          starts.push({ offset, entry: this.#entry(bytes.subarray(offset, offset + 1), this.alignment, section) });
        }
        offset++;
      }
    }
  }

  #stringEnd(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at += this.entrySize) {
      if (bytes.subarray(at, at + this.entrySize).every((byte) => byte === 0)) return at + this.entrySize;
    }
    return bytes.length;
  }

  /** The alignment that an offset happens to have, up to the section's. */
  #alignmentAt(offset: number): number {
    const own = offset === 0 ? this.alignment : offset & -offset;
    return Math.min(own, this.alignment);
  }

  #entry(bytes: Uint8Array, alignment: number, owner: ObjectSection): Entry {
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const known = this.#byText.get(text);
    if (known && known.alignment >= alignment) return known;
    const entry: Entry = {
      text,
      length: bytes.length,
      alignment,
      owner,
      inside: undefined,
      replaced: undefined,
      offset: 0,
    };
    if (known) {
      known.replaced = entry;
      known.alignment = 0;
    }
    this.#byText.set(text, entry);
    this.#entries.push(entry);
    return entry;
  }

  finish(): Map<ObjectSection, MergedSection> {
    if (this.strings) this.#shareEnds();
    const kept = this.#entries.filter((entry) => entry.alignment > 0 && !entry.inside);
    const results = new Map<ObjectSection, MergedSection>();
    const sections = new Map<ObjectSection, ObjectSection>();
    for (const [section] of this.#sections) {
      const own = kept.filter((entry) => entry.owner === section);
      let size = 0;
      for (const entry of own) {
        entry.offset = Math.ceil(size / entry.alignment) * entry.alignment;
        size = entry.offset + entry.length;
      }
      const bytes = new Uint8Array(size);
      for (const { text, offset } of own) for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
      sections.set(section, { ...section, bytes, size });
    }
    for (const [section, starts] of this.#sections) {
      const place = (offset: number): { section: ObjectSection; offset: number } => {
        let low = 0;
        let high = starts.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (starts[middle]!.offset <= offset) low = middle + 1;
          else high = middle;
        }
        const start = starts[Math.max(0, low - 1)]!;
        const within = offset - start.offset;
        // Behind the end of a string there is an empty one, whatever was left of the padding.
        if (this.strings && within >= start.entry.length) return this.#empty(sections);
        return placeOf(start.entry, within, sections);
      };
      results.set(section, { section: sections.get(section)!, place });
    }
    return results;
  }

  /** An empty string: one of its own, or the end of the first. */
  #empty(sections: ReadonlyMap<ObjectSection, ObjectSection>): { section: ObjectSection; offset: number } {
    const own = this.#byText.get('\0'.repeat(this.entrySize));
    const entry = own ?? this.#entries[0]!;
    return placeOf(entry, entry.length - this.entrySize, sections);
  }

  /** Finds strings that are the end of another: neighbours when sorted from their ends. */
  #shareEnds(): void {
    const live = this.#entries.filter((entry) => entry.alignment > 0);
    const reversed = new Map(live.map((entry) => [entry, [...entry.text].reverse().join('')]));
    const equal =
      live.every((entry) => entry.alignment === live[0]!.alignment) && live[0] && live[0].alignment > this.entrySize;
    const classOf = (entry: Entry): number => (equal ? entry.length % entry.alignment : 0);
    live.sort((a, b) => {
      const [x, y] = [reversed.get(a)!, reversed.get(b)!];
      return classOf(a) - classOf(b) || (x < y ? -1 : x > y ? 1 : 0);
    });
    let longest = live.at(-1);
    for (const entry of live.slice(0, -1).reverse()) {
      const fits =
        longest &&
        longest.alignment >= entry.alignment &&
        (longest.length - entry.length) % entry.alignment === 0 &&
        longest.text.endsWith(entry.text);
      if (fits) entry.inside = longest;
      else longest = entry;
    }
  }
}
