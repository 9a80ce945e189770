import { FileType, SectionIndex, SymbolBinding, SymbolType } from '../../object/elf';
import type { ExecutableFile, FileSection, FileSymbol } from '../../object/executable-file';
import { SectionFlag, SectionType } from '../../object/relocatable';
import { addressAlignment } from './file-layout';
import type { Linker } from './link';
import { type OutputSymbol, outputSymbols } from './output-symbols';
import type { OutputSection } from './sections';
import { addressOf } from './segment-map';

/** The ELF file of a finished link. */
export function executableOf(linker: Linker, entry: bigint): ExecutableFile {
  const sections = linker.outputs;
  const layout = linker.fileLayout();
  const numbers = new Map(sections.map((section, index) => [section, index + 1]));
  return {
    type: FileType.Executable,
    entry,
    flags: linker.flags,
    sections: sections.map((section) => fileSection(section, layout.offsets.get(section)!, numbers)),
    headers: layout.headers,
    headersOffset: layout.headersOffset,
    symbols: [
      ...sections.map((section, index) => sectionSymbol(section, index + 1)),
      ...outputSymbols(linker).map((symbol) => fileSymbol(symbol, numbers, linker.resolver.threadStorage)),
    ],
    end: layout.end,
  };
}

function fileSection(section: OutputSection, offset: number, numbers: ReadonlyMap<OutputSection, number>): FileSection {
  const { name, type, flags, size, alignment, allocated } = section;
  const { link, info } = section.links?.(numbers) ?? { link: 0, info: 0 };
  return {
    name,
    type,
    flags,
    address: allocated ? addressOf(section) : 0n,
    offset,
    size,
    link,
    info,
    alignment: addressAlignment(section, alignment),
    entrySize: entrySizeOf(section),
    contents: type === SectionType.Nobits ? undefined : section.contents(),
  };
}

/** Arrays of functions have entries of pointers; what else has entries says so. */
function entrySizeOf({ type, entrySize }: OutputSection): number {
  const arrays: readonly number[] = [SectionType.InitArray, SectionType.FiniArray, SectionType.PreinitArray];
  return arrays.includes(type) ? 8 : entrySize;
}

function sectionSymbol(section: OutputSection, index: number): FileSymbol {
  return {
    name: '',
    value: addressOf(section),
    size: 0,
    type: SymbolType.Section,
    binding: SymbolBinding.Local,
    visibility: 0,
    section: index,
  };
}

function fileSymbol(
  symbol: OutputSymbol,
  numbers: ReadonlyMap<OutputSection, number>,
  threads: OutputSection | undefined,
): FileSymbol {
  const { name, value, size, type, binding, visibility, section, isUndefined } = symbol;
  const isThreadLocal = section !== undefined && (section.flags & SectionFlag.Tls) !== 0 && threads !== undefined;
  const special = isUndefined ? SectionIndex.Undefined : SectionIndex.Absolute;
  return {
    name,
    // Thread-local symbols are counted from where their storage begins.
    value: isThreadLocal && type === SymbolType.Thread ? BigInt.asUintN(64, value - addressOf(threads)) : value,
    size,
    type,
    binding,
    visibility,
    section: section ? (numbers.get(section) ?? SectionIndex.Absolute) : special,
  };
}
