import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  RelocationType as R,
  type Relocation,
  SectionFlag,
  SectionType,
} from '../../object/elf/relocatable';
import type { HashOrder } from '../symbols/hash-order';

const slotSize = 8;
/** The first word of the table is for the dynamic linker. */
const header = slotSize;
/** Offsets of a module's thread-local storage are counted from here (psABI: TLS_DTV_OFFSET). */
export const moduleThreadOffset = 0x800;

/** What a slot holds: an address, an offset from the thread pointer, or a module and an offset in its storage. */
type SlotKind = 'address' | 'thread' | 'module';

const kinds: Readonly<Record<number, SlotKind>> = {
  [R.GotHigh20]: 'address',
  [R.TlsGotHigh20]: 'thread',
  [R.TlsGlobalDynamicHigh20]: 'module',
};

/** Whether a relocation goes through the global offset table. */
export function usesOffsetTable(type: number): boolean {
  return kinds[type] !== undefined;
}

interface Entry {
  readonly symbol: ObjectSymbol;
  readonly kinds: Set<SlotKind>;
  offset: number;
}

/** What the table asks when its words are written. */
interface Addresses {
  /** The first word: where the table for the dynamic linker is. */
  readonly dynamicTable: Integer;
  /** Whether the loader writes the addresses of symbols. */
  readonly slotsAreWrittenLater: boolean;
  resolve(symbol: ObjectSymbol): { readonly value: Integer } | undefined;
  threadOffset(value: Integer): Integer;
}

/** The global offset table: addresses that position-independent code loads from memory. */
export class OffsetTable {
  readonly section: ObjectSection;
  /** Two words for lazy binding (`.got.plt`), which a static program has no use for. */
  readonly lazySection: ObjectSection;
  readonly #entries: ReadonlyMap<string | ObjectSymbol, Entry>;

  private constructor(
    entries: readonly Entry[],
    /** The first file that needs the table: the table stands among its sections. */
    readonly owner: ObjectFile,
  ) {
    let size = header;
    for (const entry of entries) {
      entry.offset = size;
      size += slotSize * ((entry.kinds.has('module') ? 2 : 0) + (entry.kinds.has('thread') ? 1 : 0));
      if (entry.kinds.has('address')) size += slotSize;
    }
    this.#entries = new Map(entries.map((entry) => [keyOf(entry.symbol), entry]));
    this.section = slots('.got', size);
    this.lazySection = slots('.got.plt', 2 * slotSize);
    new DataView(this.lazySection.bytes.buffer).setBigInt64(0, -1n, true);
  }

  /**
   * The table that the code of these objects needs; undefined when it needs none.
   * @param always the file that it stands in whether or not it is needed
   */
  static of(
    objects: readonly ObjectFile[],
    isLinked: (section: ObjectSection) => boolean,
    order: () => Pick<HashOrder, 'compare'>,
    always: ObjectFile | undefined,
  ): OffsetTable | undefined {
    const local = new Map<string | ObjectSymbol, Entry>();
    const global = new Map<string | ObjectSymbol, Entry>();
    let owner = always;
    for (const object of objects) {
      for (const section of object.sections) {
        if (!isLinked(section)) continue;
        for (const { type, symbol } of section.relocations) {
          const kind = kinds[type];
          if (!kind) {
            // A program may name the table without having slots in it.
            if (symbol.name === tableName) owner ??= object;
            continue;
          }
          owner ??= object;
          const entries = symbol.binding === 'local' ? local : global;
          const key = keyOf(symbol);
          const entry = entries.get(key);
          if (entry) entry.kinds.add(kind);
          else entries.set(key, { symbol, kinds: new Set([kind]), offset: 0 });
        }
      }
    }
    if (!owner) return undefined;
    const { compare } = global.size > 0 ? order() : { compare: () => 0 };
    const ordered = [...global.values()].sort((a, b) => compare(a.symbol.name, b.symbol.name));
    return new OffsetTable([...local.values(), ...ordered], owner);
  }

  /** The offset in the section of the slot that a relocation asks for. */
  slotOf({ type, symbol }: Relocation): number | undefined {
    const entry = this.#entries.get(keyOf(symbol));
    return entry && offsetOf(entry, kinds[type]!);
  }

  /** The symbols whose addresses it has, with the offsets of those. */
  *addresses(): Generator<{ readonly symbol: ObjectSymbol; readonly offset: number }> {
    for (const entry of this.#entries.values())
      if (entry.kinds.has('address')) yield { symbol: entry.symbol, offset: offsetOf(entry, 'address') };
  }

  /** Whether nothing is in it. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Writes the table. */
  fill(bytes: Uint8Array, addresses: Addresses): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setBigUint64(0, integer.toUnsigned(addresses.dynamicTable), true);
    for (const entry of this.#entries.values()) {
      const value = addresses.resolve(entry.symbol)?.value ?? 0;
      const write = (offset: number, word: Integer): void => view.setBigUint64(offset, integer.toUnsigned(word), true);
      for (const kind of entry.kinds) {
        const offset = offsetOf(entry, kind);
        if (kind === 'address') write(offset, addresses.slotsAreWrittenLater ? 0 : value);
        else if (kind === 'thread') write(offset, addresses.threadOffset(value));
        else {
          // A static program is module 1.
          write(offset, 1);
          write(offset + slotSize, integer.subtract(addresses.threadOffset(value), moduleThreadOffset));
        }
      }
    }
  }
}

function slots(name: string, size: number): ObjectSection {
  return {
    name,
    type: SectionType.Progbits,
    flags: SectionFlag.Alloc | SectionFlag.Write,
    alignment: slotSize,
    bytes: new Uint8Array(size),
    size,
    entrySize: slotSize,
    relocations: [],
  };
}

export const tableName = '_GLOBAL_OFFSET_TABLE_';

/** The words of one symbol: module and offset, offset from the thread pointer, address. */
function offsetOf(entry: Entry, kind: SlotKind): number {
  let { offset } = entry;
  if (kind === 'module') return offset;
  if (entry.kinds.has('module')) offset += 2 * slotSize;
  if (kind === 'thread') return offset;
  return entry.kinds.has('thread') ? offset + slotSize : offset;
}

/** Global symbols share a slot by name; a local symbol has its own. */
function keyOf(symbol: ObjectSymbol): string | ObjectSymbol {
  return symbol.binding === 'local' ? symbol : symbol.name;
}
