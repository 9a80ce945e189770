import * as integer from '../bytes/integer';
import { attempt, ByteReader, FormatError, type Result } from '../bytes/reader';
import { lineRows } from '../dwarf/unit-lines';
import { debugSections, unpackedSection } from './debug-sections';
import { type ElfFile, type ElfSection, type ElfSymbol, FileType, parseElf } from './elf';
import { bindings, readLines } from './reader';
import {
  noSymbol,
  type ObjectFile,
  type ObjectLine,
  type ObjectSection,
  type ObjectSymbol,
  RelocationType as R,
  type Relocation,
  type SectionGroup,
  SectionType,
} from './relocatable';

const visibilities = ['default', 'internal', 'hidden', 'protected'] as const;
const types = ['notype', 'object', 'function', 'section', 'file', 'object', 'tls'] as const;
const specialSections = { 0: 'undefined', 65521: 'absolute', 65522: 'common' } as const;

/** Reads a relocatable ELF object for the linker. Never throws. */
export function readRelocatable(bytes: Uint8Array, path: string, member?: ObjectFile['member']): Result<ObjectFile> {
  return attempt(() => {
    const elf = parseElf(bytes);
    if (elf.type !== FileType.Relocatable) throw new FormatError('not a relocatable object');
    // Relocations of a packed section are of what it holds.
    return new ObjectReader({ ...elf, sections: elf.sections.map(unpackedSection) }, path).read(member);
  });
}

/** A relocation as the file has it. */
export interface RawRelocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: number;
  readonly addend: integer.Integer;
}

/** Stands apart the addresses of an object's sections while its line table is read. */
const lineAddressStep = 1n << 40n;

class ObjectReader {
  readonly #sections: (ObjectSection & { readonly relocations: Relocation[] })[];
  readonly #indices: ReadonlyMap<ObjectSymbol['section'], number>;
  readonly #symbols: readonly ObjectSymbol[];

  constructor(
    readonly elf: ElfFile,
    readonly path: string,
  ) {
    const raw = elf.sections.map((): RawRelocation[] => []);
    for (const table of elf.sections) {
      if (table.type === SectionType.Rela) raw[relocatedSection(elf, table)]!.push(...readTable(table));
    }
    const groups = groupsOf(elf);
    this.#sections = elf.sections.map(({ name, type, flags, alignment, bytes, size, entrySize }, index) => {
      const group = groups.get(index);
      return { name, type, flags, alignment, bytes, size, entrySize, relocations: [], ...(group ? { group } : {}) };
    });
    this.#indices = new Map(this.#sections.map((section, index) => [section, index]));
    this.#symbols = elf.symbols.map((symbol) => this.#symbol(symbol));
    for (const [index, relocations] of raw.entries()) this.#relocate(index, relocations);
  }

  read(member: ObjectFile['member']): ObjectFile {
    let lines: ObjectLine[] | undefined;
    const lineTable = (): ObjectLine[] => this.#lines();
    return {
      path: this.path,
      ...(member ? { member } : {}),
      sections: this.#sections.slice(1),
      symbols: this.#symbols.slice(1),
      // Large, and many links never ask.
      get lines() {
        lines ??= lineTable();
        return lines;
      },
      flags: this.elf.flags,
    };
  }

  #symbol(symbol: ElfSymbol): ObjectSymbol {
    const { name, section, size } = symbol;
    // The first symbol of every table stands for no symbol: relocations that name it have absolute addends.
    if (symbol === this.elf.symbols[0]) return noSymbol;
    const place = specialSections[section as keyof typeof specialSections] ?? this.#sections[section];
    if (place === undefined)
      throw new FormatError(`symbol '${name}' lies in section ${section}, which the file does not have`);
    return {
      name,
      section: place,
      value: integer.fromBigint(symbol.value),
      size,
      type: types[symbol.type] ?? 'notype',
      binding: bindings[symbol.binding] ?? 'global',
      visibility: visibilities[symbol.visibility] ?? 'default',
    };
  }

  #relocate(index: number, raw: readonly RawRelocation[]): void {
    const section = this.#sections[index]!;
    for (const { offset, type, symbol: number, addend } of raw) {
      const symbol = this.#symbols[number];
      if (!symbol)
        throw new FormatError(`section '${section.name}' refers to symbol ${number}, which the file does not have`);
      if (offset > this.elf.sections[index]!.size) {
        throw new FormatError(`section '${section.name}' has no offset ${offset}, which a relocation names`);
      }
      section.relocations.push({ offset, type, symbol, addend });
    }
  }

  /** The line table: its addresses are relocated to a region for each section, and led back from there. */
  #lines(): ObjectLine[] {
    const relocated = this.elf.sections.map((section, index) => ({
      ...section,
      bytes: this.#relocatedBytes(section, index),
    }));
    const lines: ObjectLine[] = [];
    for (const row of lineRows(readLines(debugSections(relocated)))) {
      const index = Number(row.address / lineAddressStep);
      const section = this.#sections[index];
      if (!section) continue;
      const base = BigInt(index) * lineAddressStep;
      const offset = Number(row.address - base);
      const end = Math.min(Number(row.end - base), section.size);
      if (offset < end || row.end === row.address)
        lines.push({ section, offset, end, origin: row.origin, isStatement: row.isStatement });
    }
    return lines;
  }

  #relocatedBytes(section: ElfSection, index: number): Uint8Array {
    const { relocations } = this.#sections[index]!;
    if (!section.name.startsWith('.debug_') || relocations.length === 0) return section.bytes;
    // A copy of its own: `slice` of a Node Buffer would be a view of the whole file.
    const bytes = new Uint8Array(section.bytes);
    const view = new DataView(bytes.buffer);
    for (const { offset, type, symbol, addend } of relocations) {
      const place = this.#indices.get(symbol.section) ?? -1;
      const debug = place >= 0 && this.#sections[place]!.name.startsWith('.debug_');
      const base = place < 0 || debug ? 0n : BigInt(place) * lineAddressStep;
      const value = base + BigInt(symbol.value) + BigInt(addend);
      applyData(view, offset, type, value);
    }
    return bytes;
  }
}

/** Applies a relocation of a debug section. */
function applyData(view: DataView, offset: number, type: number, value: bigint): void {
  const sizes: Readonly<Record<number, readonly [number, -1 | 0 | 1]>> = {
    [R.Absolute64]: [8, 0],
    [R.Absolute32]: [4, 0],
    [R.Set8]: [1, 0],
    [R.Set16]: [2, 0],
    [R.Set32]: [4, 0],
    [R.Add8]: [1, 1],
    [R.Add16]: [2, 1],
    [R.Add32]: [4, 1],
    [R.Add64]: [8, 1],
    [R.Sub8]: [1, -1],
    [R.Sub16]: [2, -1],
    [R.Sub32]: [4, -1],
    [R.Sub64]: [8, -1],
  };
  const entry = sizes[type];
  if (!entry || offset + entry[0] > view.byteLength) return;
  const [size, sign] = entry;
  let old = 0n;
  for (let i = size - 1; i >= 0; i--) old = (old << 8n) | BigInt(view.getUint8(offset + i));
  let result = sign === 0 ? value : old + BigInt(sign) * value;
  for (let i = 0; i < size; i++) {
    view.setUint8(offset + i, Number(result & 0xffn));
    result >>= 8n;
  }
}

/** The group of each section that has one, by the section's number. */
function groupsOf(elf: ElfFile): Map<number, SectionGroup> {
  const groups = new Map<number, SectionGroup>();
  for (const table of elf.sections) {
    if (table.type !== SectionType.Group) continue;
    const reader = new ByteReader(table.bytes, `section ${table.name}`);
    const symbol = elf.symbols[table.info];
    if (!symbol || reader.atEnd) continue;
    // A group that is named by a section's symbol has that section's name.
    const signature = symbol.name || (elf.sections[symbol.section]?.name ?? '');
    const group = { signature, comdat: (reader.u32() & 1) !== 0 };
    while (!reader.atEnd) groups.set(reader.u32(), group);
  }
  return groups;
}

function relocatedSection(elf: ElfFile, table: ElfSection): number {
  if (table.info === 0 || table.info >= elf.sections.length) {
    throw new FormatError(`section '${table.name}' relocates section ${table.info}, which the file does not have`);
  }
  return table.info;
}

function readTable(table: ElfSection): RawRelocation[] {
  const reader = new ByteReader(table.bytes, `section ${table.name}`);
  const relocations: RawRelocation[] = [];
  while (!reader.atEnd) {
    const offset = reader.size();
    const info = reader.u64();
    const addend = integer.fromBigint(reader.i64());
    relocations.push({ offset, type: Number(info & 0xffff_ffffn), symbol: Number(info >> 32n), addend });
  }
  return relocations;
}
