import { attempt, ByteReader, FormatError, type Result } from './byte-reader';
import { type DwarfRow, readLinePrograms } from './dwarf-lines';
import type { DebugSections } from './dwarf-units';
import { type ElfFile, type ElfSection, type ElfSymbol, FileType, parseElf, SectionIndex, SegmentType } from './elf';
import * as integer from './integer';
import { type LineRow, LineTable } from './line-table';
import type { Program, ProgramSymbol, SymbolType } from './program';
import {
  type ObjectFile,
  type ObjectLine,
  type ObjectSection,
  type ObjectSymbol,
  RelocationType as R,
  type Relocation,
  SectionFlag,
  SectionType,
} from './relocatable';

const bindings = ['local', 'global', 'weak'] as const;
const visibilities = ['default', 'internal', 'hidden', 'protected'] as const;
const symbolTypes: readonly SymbolType[] = ['notype', 'object', 'function', 'section', 'file', 'object', 'object'];
const objectTypes = ['notype', 'object', 'function', 'section', 'file', 'object', 'tls'] as const;
const noBytes = new Uint8Array(0);
const compressedFlag = 0x800;

/** Reads an executable ELF file with its symbols and DWARF line table. Never throws. */
export function readExecutable(bytes: Uint8Array): Result<Program> {
  return attempt(() => {
    const elf = parseElf(bytes);
    if (elf.type === FileType.Relocatable)
      throw new FormatError('a relocatable object: it must be linked before it can run');
    if (elf.type !== FileType.Executable && elf.type !== FileType.Shared)
      throw new FormatError(`not a program (ELF type ${elf.type})`);
    const segments = elf.segments.filter((segment) => segment.type === SegmentType.Load && segment.memorySize > 0);
    if (segments.length === 0) throw new FormatError('the file has nothing to load (no PT_LOAD segment)');
    return {
      entry: elf.entry,
      segments: segments.map((segment) => ({
        address: segment.address,
        loadAddress: segment.loadAddress,
        bytes: segment.bytes,
        memorySize: segment.memorySize,
        readable: (segment.flags & 4) !== 0,
        writable: (segment.flags & 2) !== 0,
        executable: (segment.flags & 1) !== 0,
      })),
      symbols: elf.symbols.filter(isNamed).map((symbol) => programSymbol(symbol, elf.sections)),
      lines: new LineTable(lineRows(readLines(debugSections(elf.sections)))),
      sections: elf.sections
        .filter((section) => section.flags & SectionFlag.Alloc)
        .map(({ name, address, size, alignment, bytes: contents, type, flags }) => ({
          name,
          address,
          size,
          alignment,
          bytes: contents,
          type,
          flags,
        })),
    };
  });
}

/** Symbols that a reader of the program would name; RISC-V's mapping symbols and local labels are not among them. */
function isNamed(symbol: ElfSymbol): boolean {
  return symbol.name !== '' && symbol.section !== SectionIndex.Undefined && !/^(\$[xd]|\.L)/.test(symbol.name);
}

function programSymbol(symbol: ElfSymbol, sections: readonly ElfSection[]): ProgramSymbol {
  const absolute = symbol.section === SectionIndex.Absolute && symbol.type === 0;
  return {
    name: symbol.name,
    value: symbol.value,
    size: symbol.size,
    type: absolute ? 'absolute' : (symbolTypes[symbol.type] ?? 'notype'),
    binding: bindings[symbol.binding] ?? 'global',
    section: sections[symbol.section]?.name ?? '',
  };
}

function debugSections(sections: readonly ElfSection[]): DebugSections {
  const named = (name: string): Uint8Array => {
    const section = sections.find((candidate) => candidate.name === name);
    // Compressed sections would need a decompressor: such a file has no lines here.
    return section && (section.flags & compressedFlag) === 0 ? section.bytes : noBytes;
  };
  return {
    info: named('.debug_info'),
    abbreviations: named('.debug_abbrev'),
    lines: named('.debug_line'),
    strings: named('.debug_str'),
    lineStrings: named('.debug_line_str'),
  };
}

/** The rows of the line programs; a broken line table gives none rather than no program. */
function readLines(sections: DebugSections): readonly DwarfRow[] {
  return attempt(() => readLinePrograms(sections)).value ?? [];
}

/** Each row covers the addresses up to the next row of its sequence; of several rows of one address the last covers it. */
function lineRows(rows: readonly DwarfRow[]): LineRow[] {
  const result: LineRow[] = [];
  rows.forEach((row, i) => {
    const next = rows[i + 1];
    if (row.endSequence || !next || row.line === 0 || row.file === '' || next.address < row.address) return;
    // A row without bytes still says that its line begins here: optimised code has many.
    if (next.address === row.address && !row.isStatement) return;
    const column = row.column > 0 ? { column: row.column - 1 } : {};
    const origin = { file: row.file, line: row.line - 1, ...column };
    const before = result.at(-1);
    const same =
      before && before.end === row.address && before.origin.file === origin.file && before.origin.line === origin.line;
    if (same && !row.isStatement) result[result.length - 1] = { ...before, end: next.address };
    else result.push({ address: row.address, end: next.address, origin, isStatement: row.isStatement });
  });
  return result;
}

/** Reads a relocatable ELF object for the linker. Never throws. */
export function readRelocatable(bytes: Uint8Array, path: string): Result<ObjectFile> {
  return attempt(() => {
    const elf = parseElf(bytes);
    if (elf.type !== FileType.Relocatable) throw new FormatError('not a relocatable object');
    return new ObjectReader(elf, path).read();
  });
}

/** Stands apart the addresses of an object's sections while its line table is read. */
const lineAddressStep = 1n << 40n;

class ObjectReader {
  readonly #sections: (ObjectSection & { readonly relocations: Relocation[] })[];
  readonly #indices: ReadonlyMap<ObjectSymbol['section'], number>;
  readonly #symbols: ObjectSymbol[];

  constructor(
    readonly elf: ElfFile,
    readonly path: string,
  ) {
    this.#sections = elf.sections.map(({ name, type, flags, alignment, bytes, size, entrySize }) => ({
      name,
      type,
      flags,
      alignment,
      // Linking writes into copies, never into the file's own bytes.
      bytes,
      size,
      entrySize,
      relocations: [],
    }));
    this.#indices = new Map(this.#sections.map((section, index) => [section, index]));
    this.#symbols = elf.symbols.map((symbol) => this.#symbol(symbol));
  }

  read(): ObjectFile {
    for (const section of this.elf.sections) if (section.type === SectionType.Rela) this.#readRelocations(section);
    return {
      path: this.path,
      sections: this.#sections.filter((section) => section.flags & SectionFlag.Alloc),
      symbols: this.#symbols.filter((symbol) => symbol.type !== 'file'),
      lines: this.#lines(),
      flags: this.elf.flags,
    };
  }

  #symbol(symbol: ElfSymbol): ObjectSymbol {
    const { section } = symbol;
    const special = { 0: 'undefined', 65521: 'absolute', 65522: 'common' } as const;
    const place = special[section as keyof typeof special] ?? this.#sections[section];
    if (place === undefined)
      throw new FormatError(`symbol '${symbol.name}' lies in section ${section}, which the file does not have`);
    return {
      name: symbol.name,
      section: place,
      value: integer.fromBigint(symbol.value),
      size: symbol.size,
      type: objectTypes[symbol.type] ?? 'notype',
      binding: bindings[symbol.binding] ?? 'global',
      visibility: visibilities[symbol.visibility] ?? 'default',
    };
  }

  #readRelocations(table: ElfSection): void {
    const section = this.#sections[table.info];
    if (!section || table.info === 0)
      throw new FormatError(`section '${table.name}' relocates section ${table.info}, which the file does not have`);
    const reader = new ByteReader(table.bytes, `section ${table.name}`);
    while (!reader.atEnd) {
      const offset = reader.size();
      const info = reader.u64();
      const addend = integer.fromBigint(reader.i64());
      const symbol = this.#symbols[Number(info >> 32n)];
      if (!symbol)
        throw new FormatError(`section '${table.name}' refers to symbol ${info >> 32n}, which the file does not have`);
      if (offset > section.size)
        throw new FormatError(`section '${table.name}' relocates offset ${offset} of ${section.size} bytes`);
      section.relocations.push({ offset, type: Number(info & 0xffff_ffffn), symbol, addend });
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
    const bytes = section.bytes.slice();
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
