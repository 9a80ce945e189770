import {
  type CommonEntry,
  type FrameEntry,
  type FunctionEntry,
  frameEntriesOf,
} from '../../assembler/debug-info/frame-entries';
import type { ObjectSection, ObjectSymbol, Relocation } from '../../object/elf/relocatable';
import { isRelaxable } from '../relaxation/relax';
import type { MergedSection } from './merge-sections';
import type { InputSection, OutputSection } from './sections';

const sectionName = '.eh_frame';
const alignmentOfTables = 4;
/** Of the pointer from the entry of a function to what it shares with others. */
const pointerOffset = 4;

/** What merging asks of the link. */
interface FrameHost {
  definitionOf(symbol: ObjectSymbol): ObjectSymbol;
  /** Whether a section of an object is left out of the program. */
  isLeftOut(section: ObjectSection): boolean;
}

/** An unwind table of one object. */
interface Table {
  readonly input: InputSection;
  readonly entries: readonly FrameEntry[];
  /** Where entries are now; one that is not here was removed. */
  readonly places: Map<FrameEntry, number>;
  /** Where it was in the output section before anything was removed. */
  readonly before: number;
  size: number;
}

interface Kept {
  readonly table: Table;
  readonly entry: CommonEntry;
}

/**
 * The unwind tables (.eh_frame) of a program, as GNU ld makes one of them (elf-eh-frame.c): what functions share is there
 * once, functions that are left out have no entry, and nothing but the end looks like an end.
 */
export class UnwindTables {
  readonly #tables: Table[] = [];
  /** The entries that stay, for each that was read. */
  readonly #kept = new Map<CommonEntry, Kept>();
  readonly #byKey = new Map<string, Kept>();
  readonly #localNumbers = new Map<ObjectSymbol, number>();
  /** What became of each section. */
  readonly sections = new Map<ObjectSection, MergedSection>();

  constructor(
    outputs: readonly OutputSection[],
    readonly host: FrameHost,
  ) {
    const output = outputs.find(({ name, exists }) => exists && name === sectionName);
    if (!output) return;
    const { inputs } = output;
    const tables = new Map<InputSection, Table>();
    let before = 0;
    inputs.forEach((input, i) => {
      before = aligned(before, input.alignment);
      const table = this.#read(input, before);
      before += input.size;
      if (!table) return;
      tables.set(input, table);
      this.#tables.push(table);
      this.#choose(table, i + 1 === inputs.length);
      this.#arrange(table);
    });
    this.#pad(inputs, tables, output.alignment);
    for (const table of this.#tables) this.sections.set(table.input.source, this.#edited(table));
  }

  #read(input: InputSection, before: number): Table | undefined {
    const { source } = input;
    if (source.size === 0 || source.bytes.length !== source.size || isRelaxable(input)) return undefined;
    const entries = frameEntriesOf(source);
    const isOwn = (entry: FrameEntry): boolean => entry.kind !== 'function' || !this.#isForeign(input, entry);
    return entries?.every(isOwn) ? { input, entries, places: new Map(), before, size: 0 } : undefined;
  }

  /** Whether a function's entry names code of another object: ld leaves such tables alone. */
  #isForeign({ file }: InputSection, { start }: FunctionEntry): boolean {
    if (start.symbol.binding === 'local') return false;
    const { section } = this.host.definitionOf(start.symbol);
    return section === 'absolute' || (typeof section !== 'string' && !file.sections.includes(section));
  }

  #isLeftOut({ symbol }: Relocation): boolean {
    if (symbol.name === '' && symbol.section === 'absolute') return true;
    const { section } = this.host.definitionOf(symbol);
    return typeof section !== 'string' && this.host.isLeftOut(section);
  }

  /** Finds out which entries stay. */
  #choose(table: Table, isLast: boolean): void {
    const { entries, places } = table;
    for (const entry of entries) {
      if (entry.kind === 'terminator') {
        if (isLast) places.set(entry, 0);
      } else if (entry.kind === 'function' && !entry.isEmpty && !this.#isLeftOut(entry.start)) {
        places.set(entry, 0);
        const { common } = entry;
        const kept = this.#kept.get(common) ?? this.#share(table, common);
        this.#kept.set(common, kept);
        if (kept.entry === common) places.set(common, 0);
      }
    }
  }

  /** The first of those that are equal. */
  #share(table: Table, entry: CommonEntry): Kept {
    const own = { table, entry };
    const key = this.#keyOf(entry);
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known) return known;
    if (key !== undefined) this.#byKey.set(key, own);
    return own;
  }

  #keyOf({ key, personality }: CommonEntry): string | undefined {
    if (key === undefined || !personality) return key;
    const { symbol } = personality;
    if (symbol.binding !== 'local') return `${key} ${symbol.name}`;
    if (typeof symbol.section === 'string') return undefined;
    const number = this.#localNumbers.get(symbol) ?? this.#localNumbers.size;
    this.#localNumbers.set(symbol, number);
    return `${key} ${number}`;
  }

  #arrange(table: Table): void {
    const { entries, places } = table;
    let offset = 0;
    for (const entry of entries) {
      if (!places.has(entry)) continue;
      offset = aligned(offset, entry.alignment);
      places.set(entry, offset);
      offset += entry.size;
    }
    table.size = aligned(offset, alignmentOfTables);
  }

  /** Padding between sections would be taken for an end: all but the last are made long enough to need none. */
  #pad(inputs: readonly InputSection[], tables: ReadonlyMap<InputSection, Table>, alignment: number): void {
    let last = inputs.length - 1;
    for (; last >= 0; last--) {
      const input = inputs[last]!;
      const size = tables.get(input)?.size ?? input.size;
      if (size === 0) input.alignment = 1;
      else if (size > alignmentOfTables) break;
    }
    for (const input of inputs.slice(0, Math.max(0, last))) {
      const table = tables.get(input);
      if (table) table.size = aligned(table.size, alignment);
      else input.size = aligned(input.size, alignment);
    }
  }

  #edited(table: Table): MergedSection {
    const { entries, places, size } = table;
    const { source } = table.input;
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    const relocations: Relocation[] = [];
    let next = 0;
    entries.forEach((entry, i) => {
      const end = entries[i + 1]?.offset ?? source.size;
      const place = places.get(entry);
      for (; next < source.relocations.length && source.relocations[next]!.offset < end; next++) {
        const relocation = source.relocations[next]!;
        if (place !== undefined) relocations.push({ ...relocation, offset: relocation.offset - entry.offset + place });
      }
      if (place === undefined) return;
      bytes.set(source.bytes.subarray(entry.offset, entry.offset + entry.size), place);
      if (entry.kind !== 'terminator') view.setUint32(place, nextPlace(table, i) - place - alignmentOfTables, true);
    });
    const section = { ...source, bytes, size, relocations };
    return { section, place: (offset) => ({ section, offset: this.#moved(table, offset) }) };
  }

  /** Where a symbol in a table is now: it stays with its entry. */
  #moved(table: Table, offset: number): number {
    const { entries, places } = table;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle]!.offset <= offset) low = middle + 1;
      else high = middle;
    }
    const entry = entries[Math.max(0, low - 1)]!;
    const place = places.get(entry);
    if (place !== undefined) return offset - entry.offset + place;
    const kept = entry.kind === 'common' ? this.#kept.get(entry) : undefined;
    // ld counts with where the sections were before they became shorter.
    if (kept) return offset - entry.offset + kept.table.places.get(kept.entry)! + kept.table.before - table.before;
    return offset - entry.offset + nextPlace(table, low - 1);
  }

  /** Points the entries of functions to what they share, in the bytes of a program whose layout is settled. */
  writePointers(): void {
    for (const { input, entries, places } of this.#tables) {
      const { bytes } = input;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (const entry of entries) {
        const place = places.get(entry);
        if (entry.kind !== 'function' || place === undefined) continue;
        const { table, entry: common } = this.#kept.get(entry.common)!;
        const at = place + pointerOffset;
        const distance = input.offset + at - table.input.offset - table.places.get(common)!;
        view.setUint32(at, distance, true);
      }
    }
  }
}

function aligned(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** Where the next entry that stays begins, or the table ends. */
function nextPlace({ entries, places, size }: Table, index: number): number {
  for (let i = index + 1; i < entries.length; i++) {
    const place = places.get(entries[i]!);
    if (place !== undefined) return place;
  }
  return size;
}
