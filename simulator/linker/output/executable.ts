import { FileType, SectionIndex, SegmentType, SymbolBinding, SymbolType } from '../../object/elf/elf';
import type { ExecutableFile, FileSection, FileSymbol } from '../../object/elf/executable-file';
import { SectionFlag, SectionType } from '../../object/elf/relocatable';
import { addressAlignment } from '../layout/file-layout';
import { addressOf } from '../layout/segment-map';
import type { LinkState } from '../link-state';
import type { OutputSection } from '../sections/sections';
import { type OutputSymbol, outputSymbols, type SymbolParts } from '../symbols/output-symbols';

/** What the file of a link is made of. */
export type ExecutableParts = SymbolParts & Pick<LinkState, 'outputs' | 'fileLayout' | 'flags'>;

/** The ELF file of a finished link. */
export function executableOf(link: ExecutableParts, entry: bigint): ExecutableFile {
  const sections = link.outputs;
  const layout = link.fileLayout();
  const numbers = new Map(sections.map((section, index) => [section, index + 1]));
  return {
    type: isFixed(link) ? FileType.Executable : FileType.Shared,
    entry,
    flags: link.flags,
    sections: sections.map((section) => fileSection(section, layout.offsets.get(section)!, numbers)),
    headers: layout.headers,
    headersOffset: layout.headersOffset,
    symbols: link.settings.strip === 'everything' ? undefined : fileSymbols(link, numbers),
    end: layout.end,
  };
}

function fileSymbols(link: ExecutableParts, numbers: ReadonlyMap<OutputSection, number>): FileSymbol[] {
  return [
    ...link.outputs.map((section, index) => sectionSymbol(section, index + 1)),
    ...outputSymbols(link).map((symbol) => fileSymbol(symbol, numbers, link.resolver.threadStorage)),
  ];
}

/** A position-independent program that is linked to an address other than 0 counts as one that runs there, as for ld. */
function isFixed(link: ExecutableParts): boolean {
  if (!link.settings.positionIndependent) return true;
  return link.fileLayout().headers.some(({ type, address }) => type === SegmentType.Load && address === 0n) === false;
}

function fileSection(section: OutputSection, offset: number, numbers: ReadonlyMap<OutputSection, number>): FileSection {
  const { name, type, flags, size, alignment } = section;
  const { link, info } = linksOf(section, numbers);
  return {
    name,
    type,
    flags,
    address: addressOf(section),
    offset,
    size,
    link,
    info,
    alignment: addressAlignment(section, alignment),
    entrySize: entrySizeOf(section),
    contents: type === SectionType.Nobits ? undefined : section.contents(),
  };
}

/** Tables for a dynamic linker name each other: relocations and hashes their symbols, symbols their names. */
function linksOf(
  { type, allocated }: OutputSection,
  numbers: ReadonlyMap<OutputSection, number>,
): { link: number; info: number } {
  const numberOf = (wanted: string | number): number => {
    const found = [...numbers].find(([other]) => (typeof wanted === 'string' ? other.name : other.type) === wanted);
    return found?.[1] ?? 0;
  };
  // The first symbol that is not local follows the section's.
  if (type === SectionType.DynamicSymbols) return { link: numberOf('.dynstr'), info: 2 };
  if (type === SectionType.Dynamic) return { link: numberOf('.dynstr'), info: 0 };
  const usesSymbols: readonly number[] = [SectionType.Rela, SectionType.Hash, SectionType.GnuHash];
  return { link: allocated && usesSymbols.includes(type) ? numberOf(SectionType.DynamicSymbols) : 0, info: 0 };
}

const entrySizes: Readonly<Record<number, number>> = {
  [SectionType.InitArray]: 8,
  [SectionType.FiniArray]: 8,
  [SectionType.PreinitArray]: 8,
  [SectionType.Rela]: 24,
  [SectionType.DynamicSymbols]: 24,
  [SectionType.Dynamic]: 16,
  [SectionType.Hash]: 4,
  [SectionType.GnuHash]: 0,
};

/** Arrays of functions have entries of pointers; what else has entries says so. */
function entrySizeOf({ type, placingType, entrySize }: OutputSection): number {
  return entrySizes[placingType] ?? entrySizes[type] ?? entrySize;
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
