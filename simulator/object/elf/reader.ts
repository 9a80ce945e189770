import { attempt, FormatError, type Result } from '../bytes/reader';
import { SparseBytes } from '../bytes/sparse-bytes';
import { type DebugUnit, debugUnits } from '../dwarf/debug-units';
import { type DwarfRow, readLinePrograms } from '../dwarf/lines';
import { type LinePart, PartedLines } from '../dwarf/parted-lines';
import type { DebugSections } from '../dwarf/sections';
import { lineParts } from '../dwarf/unit-lines';
import { type DebugFrames, markOf, type Program, type ProgramSymbol, type SymbolType } from '../program';
import { debugSection, debugSections } from './debug-sections';
import { type ElfSection, type ElfSymbol, FileType, parseElf, SectionIndex, SegmentType } from './elf';
import { SectionFlag } from './relocatable';

export const bindings = ['local', 'global', 'weak'] as const;
const symbolTypes: readonly SymbolType[] = ['notype', 'object', 'function', 'section', 'file', 'object', 'object'];

/**
 * Reads an executable ELF file with its symbols and DWARF line table, which are read when somebody asks. Never throws.
 * @param shift by how much its code is to run elsewhere than the file says
 */
export function readExecutable(bytes: Uint8Array, shift = 0n): Result<Program> {
  return attempt(() => {
    const elf = parseElf(bytes);
    if (elf.type === FileType.Relocatable)
      throw new FormatError('a relocatable object: it must be linked before it can run');
    if (elf.type !== FileType.Executable && elf.type !== FileType.Shared)
      throw new FormatError(`not a program (ELF type ${elf.type})`);
    const segments = elf.segments.filter((segment) => segment.type === SegmentType.Load && segment.memorySize > 0);
    if (segments.length === 0) throw new FormatError('the file has nothing to load (no PT_LOAD segment)');
    const debug = new DebugInformation(elf.sections, shift);
    return {
      entry: elf.entry + shift,
      segments: segments.map((segment) => ({
        address: segment.address + shift,
        loadAddress: segment.loadAddress,
        bytes: segment.bytes,
        memorySize: segment.memorySize,
        readable: (segment.flags & 4) !== 0,
        writable: (segment.flags & 2) !== 0,
        executable: (segment.flags & 1) !== 0,
      })),
      symbols: elf.symbols.filter(isNamed).map((symbol) => programSymbol(symbol, elf.sections, shift)),
      lines: new PartedLines(() => debug.lineParts()),
      marks: elf.symbols.flatMap((symbol) => markOf({ ...symbol, value: symbol.value + shift }) ?? []),
      units: () => debug.units(),
      debugFrames: () => debug.frames(),
      problems: () => debug.problems,
      sections: elf.sections
        .filter((section) => section.flags & SectionFlag.Alloc)
        .map(({ name, address, size, alignment, bytes, type, flags }) => ({
          name,
          address: address + shift,
          size,
          alignment,
          contents: SparseBytes.of(bytes),
          type,
          flags,
        })),
    };
  });
}

/** What a file's debug sections say, unpacked and read when somebody asks. Where they cannot be unpacked it is nothing, and `problems` why. */
class DebugInformation {
  readonly problems: string[] = [];
  #read: DebugSections | undefined;
  #units: readonly DebugUnit[] | undefined;
  #frames: readonly DebugFrames[] | undefined;

  constructor(
    private readonly sections: readonly ElfSection[],
    private readonly shift: bigint,
  ) {}

  units(): readonly DebugUnit[] {
    this.#units ??= debugUnits(this.unpacked(), this.shift);
    return this.#units;
  }

  lineParts(): LinePart[] {
    return lineParts(this.unpacked(), this.units(), this.shift);
  }

  frames(): readonly DebugFrames[] {
    if (this.#frames) return this.#frames;
    const { value, error } = attempt(() => debugSection(this.sections, '.debug_frame'));
    if (error !== undefined) this.problems.push(error);
    this.#frames = value ? [{ bytes: value, shift: this.shift }] : [];
    return this.#frames;
  }

  private unpacked(): DebugSections {
    if (this.#read) return this.#read;
    const { value, error } = attempt(() => debugSections(this.sections));
    if (error !== undefined) this.problems.push(error);
    this.#read = value ?? debugSections([]);
    return this.#read;
  }
}

/** Symbols that a reader of the program would name; RISC-V's mapping symbols and local labels are not among them. */
function isNamed(symbol: ElfSymbol): boolean {
  return symbol.name !== '' && symbol.section !== SectionIndex.Undefined && !/^(\$[xd]|\.L)/.test(symbol.name);
}

function programSymbol(symbol: ElfSymbol, sections: readonly ElfSection[], shift: bigint): ProgramSymbol {
  const absolute = symbol.section === SectionIndex.Absolute && symbol.type === 0;
  return {
    name: symbol.name,
    value: absolute ? symbol.value : symbol.value + shift,
    size: symbol.size,
    type: absolute ? 'absolute' : (symbolTypes[symbol.type] ?? 'notype'),
    binding: bindings[symbol.binding] ?? 'global',
    section: sections[symbol.section]?.name ?? '',
  };
}

/** The rows of the line programs; a broken line table gives none rather than no program. */
export function readLines(sections: DebugSections): readonly DwarfRow[] {
  return attempt(() => readLinePrograms(sections)).value ?? [];
}
