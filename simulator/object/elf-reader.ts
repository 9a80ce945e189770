import { attempt, FormatError, type Result } from './byte-reader';
import { type DwarfRow, readLinePrograms } from './dwarf-lines';
import type { DebugSections } from './dwarf-units';
import { type ElfSection, type ElfSymbol, FileType, parseElf, SectionIndex, SegmentType } from './elf';
import { type LineRow, LineTable } from './line-table';
import { markOf, type Program, type ProgramSymbol, type SymbolType } from './program';
import { SectionFlag } from './relocatable';
import { SparseBytes } from './sparse-bytes';

export const bindings = ['local', 'global', 'weak'] as const;
const symbolTypes: readonly SymbolType[] = ['notype', 'object', 'function', 'section', 'file', 'object', 'object'];
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
    const frames = elf.sections.find(({ name }) => name === '.debug_frame');
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
      marks: elf.symbols.flatMap((symbol) => markOf(symbol) ?? []),
      debugSections: () => debugSections(elf.sections),
      ...(frames && !(frames.flags & compressedFlag) ? { debugFrames: frames.bytes } : {}),
      sections: elf.sections
        .filter((section) => section.flags & SectionFlag.Alloc)
        .map(({ name, address, size, alignment, bytes, type, flags }) => ({
          name,
          address,
          size,
          alignment,
          contents: SparseBytes.of(bytes),
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

export function debugSections(sections: readonly Pick<ElfSection, 'name' | 'flags' | 'bytes'>[]): DebugSections {
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
    stringOffsets: named('.debug_str_offsets'),
    addresses: named('.debug_addr'),
    ranges: named('.debug_ranges'),
    rangeLists: named('.debug_rnglists'),
  };
}

/** The rows of the line programs; a broken line table gives none rather than no program. */
export function readLines(sections: DebugSections): readonly DwarfRow[] {
  return attempt(() => readLinePrograms(sections)).value ?? [];
}

/** Each row covers the addresses up to the next row of its sequence; of several rows of one address the last covers it. */
export function lineRows(rows: readonly DwarfRow[]): LineRow[] {
  const result: LineRow[] = [];
  rows.forEach((row, i) => {
    const next = rows[i + 1];
    if (row.endSequence || !next || row.line === 0 || row.file === '' || next.address < row.address) return;
    // A row without bytes still says that its line begins here: optimised code has many.
    if (next.address === row.address && !row.isStatement) return;
    const column = row.column > 0 ? { column: row.column - 1 } : {};
    const origin = { file: row.file, line: row.line - 1, ...column };
    result.push({ address: row.address, end: next.address, origin, isStatement: row.isStatement });
  });
  return result;
}
