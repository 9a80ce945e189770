import { ByteReader, FormatError } from '../bytes/reader';
import { SectionType } from './relocatable';

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  /** Empty for SHT_NOBITS. */
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
}

export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  readonly loadAddress: bigint;
  readonly bytes: Uint8Array;
  readonly memorySize: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size: number;
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** Section index, or one of the special ones (SHN_ABS, SHN_COMMON). */
  readonly section: number;
}

export interface ElfFile {
  /** ET_REL, ET_EXEC or ET_DYN. */
  readonly type: number;
  readonly entry: bigint;
  readonly flags: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  readonly symbols: readonly ElfSymbol[];
}

export const FileType = { Relocatable: 1, Executable: 2, Shared: 3 } as const;
export const SegmentType = {
  Load: 1,
  Dynamic: 2,
  Interpreter: 3,
  Note: 4,
  /** The program headers themselves (PT_PHDR). */
  Headers: 6,
  Thread: 7,
  /** .eh_frame_hdr. */
  GnuUnwindIndex: 0x6474_e550,
  GnuStack: 0x6474_e551,
  /** What becomes read-only once the program is loaded (PT_GNU_RELRO). */
  GnuProtected: 0x6474_e552,
  RiscvAttributes: 0x7000_0003,
} as const;
export const SegmentFlag = { Execute: 1, Write: 2, Read: 4 } as const;
export const SymbolType = { None: 0, Object: 1, Function: 2, Section: 3, File: 4, Thread: 6, GnuIndirect: 10 } as const;
export const SymbolBinding = { Local: 0, Global: 1, Weak: 2, GnuUnique: 10 } as const;
export const SectionIndex = { Undefined: 0, Absolute: 0xfff1, Common: 0xfff2, Extended: 0xffff } as const;
export const machineRiscv = 243;
export const sectionHeaderSize = 64;
export const programHeaderSize = 56;
export const fileHeaderSize = 64;
export const symbolSize = 24;
export const relocationSize = 24;
/** No segment or section of a machine can be larger than this. */
const maximumSize = 2 ** 40;

/** Whether bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Takes a 64-bit little-endian RISC-V ELF file apart. Throws FormatError. */
export function parseElf(bytes: Uint8Array): ElfFile {
  if (!isElf(bytes)) throw new FormatError('not an ELF file');
  const header = new ByteReader(bytes, 'the ELF header', 4);
  if (header.u8() !== 2) throw new FormatError('a 32-bit ELF file: only 64-bit RISC-V programs run here');
  if (header.u8() !== 1) throw new FormatError('a big-endian ELF file: only little-endian RISC-V programs run here');
  header.position = 16;
  const type = header.u16();
  const machine = header.u16();
  if (machine !== machineRiscv) throw new FormatError(`an ELF file for another machine (${machine}): RISC-V is 243`);
  header.skip(4);
  const entry = header.u64();
  const programOffset = header.size();
  const sectionOffset = header.size();
  const flags = header.u32();
  header.skip(2);
  const programEntry = header.u16();
  const programCount = header.u16();
  const sectionEntry = header.u16();
  const sectionCount = header.u16();
  const nameIndex = header.u16();
  if (programCount > 0 && programEntry < programHeaderSize) throw new FormatError('the program headers are too small');
  if (sectionCount > 0 && sectionEntry < sectionHeaderSize) throw new FormatError('the section headers are too small');

  const segments = Array.from({ length: programCount }, (_, i) =>
    readSegment(bytes, programOffset + i * programEntry, i),
  );
  const raw = Array.from({ length: sectionCount }, (_, i) => readSection(bytes, sectionOffset + i * sectionEntry, i));
  const names = raw[nameIndex]?.bytes;
  const sections = raw.map((section) => ({
    ...section,
    name: names ? textAt(names, section.nameOffset, 'the section names') : '',
  }));
  return { type, entry, flags, sections, segments, symbols: readSymbols(sections) };
}

function readSegment(bytes: Uint8Array, offset: number, index: number): ElfSegment {
  const what = `program header ${index}`;
  const reader = new ByteReader(bytes, what, offset);
  const type = reader.u32();
  const flags = reader.u32();
  const fileOffset = reader.size();
  const address = reader.u64();
  const loadAddress = reader.u64();
  const fileSize = reader.size();
  const memorySize = reader.size();
  if (type === SegmentType.Load) {
    if (fileSize > memorySize)
      throw new FormatError(`${what}: more bytes in the file (${fileSize}) than in memory (${memorySize})`);
    if (memorySize > maximumSize) throw new FormatError(`${what}: a segment of ${memorySize} bytes fits in no machine`);
  }
  const contents = new ByteReader(bytes, `the contents of segment ${index}`, fileOffset);
  return {
    type,
    flags,
    address,
    loadAddress,
    bytes: type === SegmentType.Load ? contents.slice(fileSize) : new Uint8Array(0),
    memorySize,
  };
}

function readSection(
  bytes: Uint8Array,
  offset: number,
  index: number,
): Omit<ElfSection, 'name'> & { nameOffset: number } {
  const what = `section header ${index}`;
  const reader = new ByteReader(bytes, what, offset);
  const nameOffset = reader.u32();
  const type = reader.u32();
  const flags = Number(reader.u64() & 0xffff_ffffn);
  const address = reader.u64();
  const fileOffset = reader.size();
  const size = reader.size();
  const link = reader.u32();
  const info = reader.u32();
  const alignment = reader.size();
  const entrySize = reader.size();
  if (size > maximumSize) throw new FormatError(`${what}: a section of ${size} bytes fits in no machine`);
  if (alignment > maximumSize || !Number.isInteger(Math.log2(alignment || 1))) {
    throw new FormatError(`${what}: the alignment ${alignment} is no power of two`);
  }
  const empty = type === SectionType.Nobits || type === SectionType.Null;
  const contents = empty
    ? new Uint8Array(0)
    : new ByteReader(bytes, `the contents of section ${index}`, fileOffset).slice(size);
  return {
    index,
    nameOffset,
    type,
    flags,
    address,
    bytes: contents,
    size,
    link,
    info,
    alignment: alignment || 1,
    entrySize,
  };
}

/** The text at an offset of a string table. */
export function textAt(table: Uint8Array, offset: number, what: string): string {
  return new ByteReader(table, what, offset).text();
}

function readSymbols(sections: readonly ElfSection[]): ElfSymbol[] {
  const table = sections.find((section) => section.type === SectionType.SymbolTable);
  if (!table) return [];
  const strings = sections[table.link];
  if (strings?.type !== SectionType.StringTable)
    throw new FormatError(`the symbol table's names are not in a string table (section ${table.link})`);
  const reader = new ByteReader(table.bytes, 'the symbol table');
  const symbols: ElfSymbol[] = [];
  while (!reader.atEnd) {
    const nameOffset = reader.u32();
    const info = reader.u8();
    const other = reader.u8();
    const section = reader.u16();
    const value = reader.u64();
    const size = reader.u64();
    symbols.push({
      name: nameOffset === 0 ? '' : textAt(strings.bytes, nameOffset, 'the symbol names'),
      value,
      size: size > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : Number(size),
      type: info & 0xf,
      binding: info >> 4,
      visibility: other & 3,
      section,
    });
  }
  return symbols;
}
