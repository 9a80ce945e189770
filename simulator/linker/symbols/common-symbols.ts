import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  SectionFlag,
  SectionType,
} from '../../object/elf/relocatable';
import type { HashOrder } from './hash-order';

/** Storage that several files name and the linker places: where each symbol went, and the sections that hold them. */
export interface CommonStorage {
  readonly symbols: ReadonlyMap<string, ObjectSymbol>;
  readonly sections: readonly { readonly section: ObjectSection; readonly owner: ObjectFile }[];
}

/** Places common symbols; those of one object (the one with the largest definition) stand together. */
export function placeCommonSymbols(
  commons: readonly ObjectSymbol[],
  ownerOf: (name: string) => ObjectFile | undefined,
  objects: readonly ObjectFile[],
  order: Pick<HashOrder, 'compare'>,
): CommonStorage {
  const ordered = [...commons].sort((a, b) => order.compare(a.name, b.name));
  const symbols = new Map<string, ObjectSymbol>();
  const sections: { section: ObjectSection; owner: ObjectFile }[] = [];
  for (const object of objects) {
    const owned = ordered.filter((symbol) => ownerOf(symbol.name) === object);
    if (owned.length === 0) continue;
    let size = 0;
    const offsets = owned.map((symbol) => {
      const alignment = alignmentOf(symbol);
      const offset = Math.ceil(size / alignment) * alignment;
      size = offset + symbol.size;
      return offset;
    });
    const section: ObjectSection = {
      name: 'COMMON',
      type: SectionType.Nobits,
      flags: SectionFlag.Alloc | SectionFlag.Write,
      alignment: Math.max(...owned.map(alignmentOf)),
      bytes: new Uint8Array(0),
      size,
      entrySize: 0,
      relocations: [],
    };
    sections.push({ section, owner: object });
    owned.forEach((symbol, i) => {
      symbols.set(symbol.name, { ...symbol, section, value: offsets[i]! });
    });
  }
  return { symbols, sections };
}

/** A common symbol's value is its alignment. */
function alignmentOf(symbol: ObjectSymbol): number {
  return Math.max(1, Number(symbol.value));
}
