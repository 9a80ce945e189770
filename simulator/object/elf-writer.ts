import { ByteWriter, StringTable } from './byte-writer';
import { writeDebugSections } from './dwarf-writer';
import {
  FileType,
  fileHeaderSize,
  machineRiscv,
  programHeaderSize,
  SectionIndex,
  SegmentType,
  sectionHeaderSize,
  symbolSize,
} from './elf';
import type { Program, ProgramSymbol } from './program';
import { SectionFlag, SectionType } from './relocatable';

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

const pageSize = 0x1000;
const nullSection: WrittenSection = {
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
};

/** STT_TLS. */
const threadLocalType = 6;
const bindings = { local: 0, global: 1, weak: 2, unique: 10 } as const;

export interface WriteOptions {
  /** The folder that source names are relative to, for debuggers. */
  readonly folder?: string;
  /** ELF e_flags: bit 0 compressed code, bits 1-2 the float ABI. */
  readonly flags?: number;
}

/**
 * An executable ELF file: the program's segments (the file's headers are in none of them), its symbols, and a DWARF 5
 * line table.
 */
export function writeExecutable(program: Program, { folder = '', flags = 1 }: WriteOptions = {}): Uint8Array {
  const file = new FileWriter();
  const { segments, sections } = program;
  file.writer.append(new Uint8Array(fileHeaderSize + programHeaderSize * segments.length));
  const offsets = segments.map((segment) => {
    file.writer.align(pageSize, Number(segment.address % BigInt(pageSize)));
    const offset = file.writer.length;
    file.writer.append(segment.bytes);
    return offset;
  });
  for (const section of sections) {
    const index = segments.findIndex(
      (s) => section.address >= s.address && section.address < s.address + BigInt(Math.max(1, s.memorySize)),
    );
    const segment = segments[index];
    const offset = segment ? offsets[index]! + Number(section.address - segment.address) : file.writer.length;
    const { name, type, address, size, alignment } = section;
    file.sections.push({ ...nullSection, name, type, flags: section.flags, address, offset, size, alignment });
  }
  for (const { name, bytes } of writeDebugSections(program.lines, folder))
    file.addSection({ name, type: SectionType.Progbits, alignment: 1 }, bytes);
  writeProgramSymbols(file, program);
  return file.finish(FileType.Executable, program.entry, flags, (writer) => {
    segments.forEach((segment, i) => {
      writer.u32(SegmentType.Load);
      writer.u32((segment.readable ? 4 : 0) | (segment.writable ? 2 : 0) | (segment.executable ? 1 : 0));
      writer.u64(offsets[i]!);
      writer.u64(segment.address);
      writer.u64(segment.loadAddress);
      writer.u64(segment.bytes.length);
      writer.u64(segment.memorySize);
      writer.u64(pageSize);
    });
    return segments.length;
  });
}

function writeProgramSymbols(file: FileWriter, program: Program): void {
  const sectionIndex = new Map(file.sections.map((section, index) => [section.name, index]));
  const types: Partial<Record<ProgramSymbol['type'], number>> = { object: 1, function: 2, section: 3, file: 4 };
  const threadStorage = file.sections.filter(({ flags }) => flags & SectionFlag.Tls);
  const isThreadLocal = ({ section }: ProgramSymbol): boolean => threadStorage.some(({ name }) => name === section);
  const symbols = program.symbols
    .filter((symbol) => symbol.type !== 'file' && symbol.type !== 'section')
    .sort((a, b) => Number(a.binding !== 'local') - Number(b.binding !== 'local'))
    .map((symbol) => ({
      name: symbol.name,
      info: (bindings[symbol.binding] << 4) | (isThreadLocal(symbol) ? threadLocalType : (types[symbol.type] ?? 0)),
      other: 0,
      section: sectionIndex.get(symbol.section) ?? SectionIndex.Absolute,
      // Thread-local symbols are counted from where their storage begins.
      value: isThreadLocal(symbol) ? symbol.value - threadStorage[0]!.address : symbol.value,
      size: symbol.size,
      local: symbol.binding === 'local',
    }));
  file.addSymbols(symbols);
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

  /** Adds the section headers and the file header; `writeSegments` writes the program headers and says how many. */
  finish(
    type: number,
    entry: bigint,
    flags: number,
    writeSegments: (writer: ByteWriter) => number,
    abi = 0,
  ): Uint8Array {
    const names = new StringTable();
    for (const section of this.sections) names.add(section.name);
    names.add('.shstrtab');
    this.addSection({ name: '.shstrtab', type: SectionType.StringTable, alignment: 1 }, names.bytes);
    this.writer.align(8);
    const sectionOffset = this.writer.length;
    for (const section of this.sections) {
      this.writer.u32(names.add(section.name));
      this.writer.u32(section.type);
      this.writer.u64(section.flags);
      this.writer.u64(section.address);
      this.writer.u64(section.offset);
      this.writer.u64(section.size);
      this.writer.u32(section.link);
      this.writer.u32(section.info);
      this.writer.u64(section.alignment);
      this.writer.u64(section.entrySize);
    }
    const header = new ByteWriter();
    header.append(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, abi, 0, 0, 0, 0, 0, 0, 0, 0));
    header.u16(type);
    header.u16(machineRiscv);
    header.u32(1);
    header.u64(entry);
    const segments = new ByteWriter();
    const count = writeSegments(segments);
    header.u64(count > 0 ? fileHeaderSize : 0);
    header.u64(sectionOffset);
    header.u32(flags);
    header.u16(fileHeaderSize);
    header.u16(count > 0 ? programHeaderSize : 0);
    header.u16(count);
    header.u16(sectionHeaderSize);
    header.u16(this.sections.length);
    header.u16(this.sections.length - 1);
    const bytes = this.writer.bytes.slice();
    bytes.set(header.bytes, 0);
    bytes.set(segments.bytes, fileHeaderSize);
    return bytes;
  }
}
