import { type Piece, SparseBytes } from '../bytes/sparse-bytes';
import { ByteWriter, StringTable } from '../bytes/writer';
import { fileHeaderSize, machineRiscv, programHeaderSize, SymbolBinding, sectionHeaderSize, symbolSize } from './elf';
import type { ExecutableFile, FileSection, FileSymbol, ProgramHeader } from './executable-file';
import { SectionType } from './relocatable';
import { SharedStrings } from './shared-strings';

/** A section with its place in the file. */
export interface WrittenSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
}

const nullSection: FileSection = {
  name: '',
  type: 0,
  flags: 0,
  address: 0n,
  offset: 0,
  size: 0,
  link: 0,
  info: 0,
  alignment: 0,
  entrySize: 0,
  contents: undefined,
};

/** An executable ELF file: its sections where they belong, then symbols, names, and the section headers. */
export function writeExecutable(file: ExecutableFile): SparseBytes {
  const { sections, headers, symbols, headersOffset, end } = file;
  const names = new SharedStrings(sections.map(({ name }) => name));
  for (const name of symbols ? ['.symtab', '.strtab', '.shstrtab'] : ['.shstrtab']) names.add(name);
  const tables: FileSection[] = [];
  let offset = end;
  const table = (header: Partial<WrittenSection> & Pick<WrittenSection, 'name'>, bytes: Uint8Array): void => {
    const { alignment = 1 } = header;
    offset = Math.ceil(offset / alignment) * alignment;
    tables.push({ ...nullSection, alignment, ...header, offset, size: bytes.length, contents: SparseBytes.of(bytes) });
    offset += bytes.length;
  };
  if (symbols) {
    const symbolNames = new SharedStrings(symbols.map(({ name }) => name));
    const isLocal = ({ binding }: FileSymbol): boolean => binding === SymbolBinding.Local;
    const [link, info] = [sections.length + 2, 1 + symbols.filter(isLocal).length];
    table(
      { name: '.symtab', type: SectionType.SymbolTable, alignment: 8, entrySize: symbolSize, link, info },
      symbolTable(symbols, symbolNames),
    );
    table({ name: '.strtab', type: SectionType.StringTable }, symbolNames.bytes);
  }
  table({ name: '.shstrtab', type: SectionType.StringTable }, names.bytes);
  const all = [...sections, ...tables];
  const sectionOffset = Math.ceil(offset / 8) * 8;
  const header = fileHeader({
    type: file.type,
    entry: file.entry,
    flags: file.flags,
    abi: 0,
    headersOffset,
    headerCount: headers.length,
    sectionOffset,
    sectionCount: all.length + 1,
  });
  const programHeaders = new ByteWriter();
  for (const segment of headers) writeProgramHeader(programHeaders, segment);
  const sectionHeaders = new ByteWriter();
  for (const section of [nullSection, ...all]) writeSectionHeader(sectionHeaders, section, names);
  const pieces: Piece[] = [];
  for (const { offset: start, contents } of all)
    for (const piece of contents?.pieces ?? []) pieces.push({ offset: start + piece.offset, bytes: piece.bytes });
  pieces.push({ offset: 0, bytes: header });
  if (headers.length > 0) pieces.push({ offset: headersOffset, bytes: programHeaders.bytes });
  pieces.push({ offset: sectionOffset, bytes: sectionHeaders.bytes });
  pieces.sort((a, b) => a.offset - b.offset);
  return new SparseBytes(sectionOffset + sectionHeaders.length, pieces);
}

function symbolTable(symbols: readonly FileSymbol[], names: SharedStrings): Uint8Array {
  const writer = new ByteWriter();
  writer.append(new Uint8Array(symbolSize));
  for (const { name, type, binding, visibility, section, value, size } of symbols) {
    writer.u32(names.offsetOf(name));
    writer.u8((binding << 4) | type);
    writer.u8(visibility);
    writer.u16(section);
    writer.u64(value);
    writer.u64(size);
  }
  return writer.bytes;
}

function writeProgramHeader(writer: ByteWriter, header: ProgramHeader): void {
  writer.u32(header.type);
  writer.u32(header.flags);
  writer.u64(header.offset);
  writer.u64(header.address);
  writer.u64(header.loadAddress);
  writer.u64(header.fileSize);
  writer.u64(header.memorySize);
  writer.u64(header.alignment);
}

function writeSectionHeader(
  writer: ByteWriter,
  section: WrittenSection,
  names: { offsetOf(name: string): number },
): void {
  writer.u32(names.offsetOf(section.name));
  writer.u32(section.type);
  writer.u64(section.flags);
  writer.u64(section.address);
  writer.u64(section.offset);
  writer.u64(section.size);
  writer.u32(section.link);
  writer.u32(section.info);
  writer.u64(section.alignment);
  writer.u64(section.entrySize);
}

interface FileHeader {
  readonly type: number;
  readonly entry: bigint;
  readonly flags: number;
  readonly abi: number;
  readonly headersOffset: number;
  readonly headerCount: number;
  readonly sectionOffset: number;
  readonly sectionCount: number;
}

function fileHeader(file: FileHeader): Uint8Array {
  const header = new ByteWriter();
  header.append(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, file.abi, 0, 0, 0, 0, 0, 0, 0, 0));
  header.u16(file.type);
  header.u16(machineRiscv);
  header.u32(1);
  header.u64(file.entry);
  header.u64(file.headersOffset);
  header.u64(file.sectionOffset);
  header.u32(file.flags);
  header.u16(fileHeaderSize);
  header.u16(file.headerCount > 0 ? programHeaderSize : 0);
  header.u16(file.headerCount);
  header.u16(sectionHeaderSize);
  header.u16(file.sectionCount);
  header.u16(file.sectionCount - 1);
  return header.bytes;
}

interface WrittenSymbol {
  readonly name: string;
  readonly info: number;
  readonly other: number;
  readonly section: number;
  readonly value: bigint;
  readonly size: number;
  readonly local: boolean;
}

/** The parts that every ELF file has. */
export class FileWriter {
  readonly writer = new ByteWriter();
  readonly sections: WrittenSection[] = [nullSection];

  addSection(
    header: Partial<WrittenSection> & Pick<WrittenSection, 'name'>,
    bytes: Uint8Array,
    size = bytes.length,
  ): void {
    this.writer.align(header.alignment ?? 1);
    const offset = this.writer.length;
    this.writer.append(bytes);
    this.sections.push({ ...nullSection, ...header, offset, size });
  }

  /** The symbol table and its names. Local symbols come first. */
  addSymbols(symbols: readonly WrittenSymbol[]): void {
    const names = new StringTable();
    const table = new ByteWriter();
    table.append(new Uint8Array(symbolSize));
    for (const symbol of symbols) {
      table.u32(names.add(symbol.name));
      table.u8(symbol.info);
      table.u8(symbol.other);
      table.u16(symbol.section);
      table.u64(symbol.value);
      table.u64(symbol.size);
    }
    const link = this.sections.length + 1;
    const info = 1 + symbols.filter((symbol) => symbol.local).length;
    this.addSection(
      { name: '.symtab', type: SectionType.SymbolTable, alignment: 8, entrySize: symbolSize, link, info },
      table.bytes,
    );
    this.addSection({ name: '.strtab', type: SectionType.StringTable, alignment: 1 }, names.bytes);
  }

  /** Adds the section headers and the file header. */
  finish(type: number, flags: number, abi: number): Uint8Array {
    const names = new StringTable();
    for (const section of this.sections) names.add(section.name);
    names.add('.shstrtab');
    this.addSection({ name: '.shstrtab', type: SectionType.StringTable, alignment: 1 }, names.bytes);
    this.writer.align(8);
    const sectionOffset = this.writer.length;
    for (const section of this.sections)
      writeSectionHeader(this.writer, section, { offsetOf: (name) => names.add(name) });
    const sectionCount = this.sections.length;
    const header = { type, entry: 0n, flags, abi, headersOffset: 0, headerCount: 0, sectionOffset, sectionCount };
    const bytes = this.writer.bytes.slice();
    bytes.set(fileHeader(header), 0);
    return bytes;
  }
}
