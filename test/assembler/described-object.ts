import { type ElfFile, type ElfSection, parseElf } from '../../simulator/object/elf/elf';
import { SectionType } from '../../simulator/object/elf/relocatable';

/** What the writers of ELF files are free in: the order of names and tables. */
const free = new Set(['', '.symtab', '.strtab', '.shstrtab']);

/** An object as lines of text: sections with their bytes, relocations, and symbols, each in order. */
export function describedObject(bytes: Uint8Array): string[] {
  const elf = parseElf(bytes);
  const lines = [`flags ${elf.flags}`];
  for (const section of elf.sections) {
    if (free.has(section.name) || section.type === SectionType.Rela) continue;
    const { name, type, flags, size, alignment, entrySize } = section;
    lines.push(`section ${name} type ${type} flags ${flags} align ${alignment} entries ${entrySize} size ${size}`);
    if (type === SectionType.Group) lines.push(`  ${groupMembers(elf, section)}`);
    else for (let at = 0; at < section.bytes.length; at += 16) lines.push(`  ${at}: ${hex(section.bytes, at)}`);
    lines.push(...relocationsOf(elf, section));
  }
  elf.symbols.forEach((_, index) => {
    lines.push(`symbol ${symbolText(elf, index)}`);
  });
  return lines;
}

function hex(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 16)).toString('hex');
}

function groupMembers(elf: ElfFile, { bytes, info }: ElfSection): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  const members = words.slice(1).map((index) => elf.sections[index]!.name);
  return `group ${elf.symbols[info]!.name} ${words[0]}: ${members.join(' ')}`;
}

function relocationsOf(elf: ElfFile, section: ElfSection): string[] {
  const table = elf.sections.find(({ type, info }) => type === SectionType.Rela && info === section.index);
  if (!table) return [];
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.length);
  return Array.from({ length: table.bytes.length / 24 }, (_, i) => {
    const at = 24 * i;
    const symbol = symbolText(elf, view.getUint32(at + 12, true));
    return `  relocation ${view.getUint32(at, true)}: ${view.getUint32(at + 8, true)} ${symbol} + ${view.getBigInt64(at + 16, true)}`;
  });
}

function symbolText(elf: ElfFile, index: number): string {
  const { name, value, size, type, binding, visibility, section } = elf.symbols[index]!;
  const place = elf.sections[section]?.name ?? section;
  return `${name} ${type} ${binding} ${visibility} ${place} ${value} ${size}`;
}
