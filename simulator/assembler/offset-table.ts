import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  SectionFlag,
  SectionType,
} from '../object/relocatable';
import { bucketOf } from './link-order';
import { usesOffsetTable } from './relocate';

/** Two words of the lazy binding that a static program has no use for, then the table's own first word. */
const header = 24;
/** Where `_GLOBAL_OFFSET_TABLE_` points to. */
const symbolOffset = 16;

/** The global offset table: addresses that position-independent code loads from memory. */
export class OffsetTable {
  readonly section: ObjectSection;
  readonly #slots: ReadonlyMap<string | ObjectSymbol, { readonly offset: number; readonly symbol: ObjectSymbol }>;

  private constructor(symbols: readonly ObjectSymbol[]) {
    this.#slots = new Map(symbols.map((symbol, i) => [keyOf(symbol), { offset: header + 8 * i, symbol }]));
    const size = header + 8 * symbols.length;
    this.section = {
      name: '.got',
      type: SectionType.Progbits,
      flags: SectionFlag.Alloc | SectionFlag.Write,
      alignment: 8,
      bytes: new Uint8Array(size),
      size,
      entrySize: 8,
      relocations: [],
    };
  }

  /** The table that the code of these objects needs; undefined when it needs none. */
  static of(objects: readonly ObjectFile[]): OffsetTable | undefined {
    const local = new Map<string | ObjectSymbol, ObjectSymbol>();
    const global = new Map<string | ObjectSymbol, ObjectSymbol>();
    for (const object of objects) {
      for (const section of object.sections) {
        for (const { type, symbol } of section.relocations) {
          if (!usesOffsetTable(type)) continue;
          const slots = symbol.binding === 'local' ? local : global;
          if (!slots.has(keyOf(symbol))) slots.set(keyOf(symbol), symbol);
        }
      }
    }
    if (local.size + global.size === 0) return undefined;
    const ordered = [...global.values()].sort((a, b) => bucketOf(a.name) - bucketOf(b.name));
    return new OffsetTable([...local.values(), ...ordered]);
  }

  /** The offset in the section of a symbol's slot. */
  slotOf(symbol: ObjectSymbol): number | undefined {
    return this.#slots.get(keyOf(symbol))?.offset;
  }

  get symbolOffset(): number {
    return symbolOffset;
  }

  /** Writes the table at its place in the linked bytes. */
  fill(bytes: Uint8Array, place: number, addressOf: (symbol: ObjectSymbol) => Integer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + place);
    view.setBigInt64(0, -1n, true);
    for (const { offset, symbol } of this.#slots.values()) {
      view.setBigUint64(offset, integer.toUnsigned(addressOf(symbol)), true);
    }
  }
}

/** Global symbols share a slot by name; a local symbol has its own. */
function keyOf(symbol: ObjectSymbol): string | ObjectSymbol {
  return symbol.binding === 'local' ? symbol : symbol.name;
}
