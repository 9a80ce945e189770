import * as integer from '../bytes/integer';
import { ByteWriter } from '../bytes/writer';
import { FileType, fileHeaderSize, relocationSize, SectionIndex } from './elf';
import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  SectionFlag,
  type SectionGroup,
  SectionType,
} from './relocatable';
import { FileWriter, type WrittenSection } from './writer';

const bindings = { local: 0, global: 1, weak: 2, unique: 10 } as const;
const visibilities = { default: 0, internal: 1, hidden: 2, protected: 3 } as const;
const types = { notype: 0, object: 1, function: 2, section: 3, file: 4, tls: 6, ifunc: 10 } as const;
const variantCallingConvention = 0x80;
const comdat = 1;
const gnuAbi = 3;

/** A relocatable ELF object, as GNU as makes one: groups first, each section's relocations after it, symbols last. */
export function writeRelocatable(object: ObjectFile): Uint8Array {
  return new RelocatableWriter(object).write();
}

class RelocatableWriter {
  readonly #file = new FileWriter();
  /** Section indices, by section, and of the tables of relocations. */
  readonly #indices = new Map<ObjectSection, number>();
  readonly #tables = new Map<ObjectSection, number>();
  readonly #symbolIndices = new Map<ObjectSymbol, number>();
  readonly #symbols: readonly ObjectSymbol[];
  /** Sections by the signature of their group, and symbol indices by name. */
  readonly #members = new Map<string, ObjectSection[]>();
  readonly #named = new Map<string, number>();
  #symbolTable = 0;

  constructor(readonly object: ObjectFile) {
    const { symbols } = object;
    this.#symbols = [
      ...symbols.filter(({ binding }) => binding === 'local'),
      ...symbols.filter(({ binding }) => binding !== 'local'),
    ];
    this.#symbols.forEach((symbol, index) => {
      this.#symbolIndices.set(symbol, index + 1);
      if (symbol.type !== 'section' && !this.#named.has(symbol.name)) this.#named.set(symbol.name, index + 1);
    });
    for (const section of object.sections) {
      if (!section.group || section.type === SectionType.Group) continue;
      const others = this.#members.get(section.group.signature);
      if (others) others.push(section);
      else this.#members.set(section.group.signature, [section]);
    }
  }

  write(): Uint8Array {
    const file = this.#file;
    file.writer.append(new Uint8Array(fileHeaderSize));
    const groups = this.object.sections.filter(({ type }) => type === SectionType.Group);
    const others = this.object.sections.filter(({ type }) => type !== SectionType.Group);
    // Numbers first, since groups and tables name sections that come after them.
    let next = 1;
    for (const group of groups) this.#indices.set(group, next++);
    for (const section of others) {
      this.#indices.set(section, next++);
      if (section.relocations.length > 0) this.#tables.set(section, next++);
    }
    this.#symbolTable = next;
    for (const group of groups) this.#writeGroup(group);
    for (const section of others) this.#writeSection(section);
    this.#writeSymbols();
    return file.finish(FileType.Relocatable, this.object.flags, this.#needsGnu() ? gnuAbi : 0);
  }

  #writeGroup({ name, alignment, group }: ObjectSection): void {
    const { signature, comdat: isComdat } = group as SectionGroup;
    const writer = new ByteWriter();
    writer.u32(isComdat ? comdat : 0);
    for (const section of this.#members.get(signature) ?? []) {
      writer.u32(this.#indices.get(section)!);
      const table = this.#tables.get(section);
      if (table !== undefined) writer.u32(table);
    }
    const info = this.#named.get(signature) ?? 0;
    const header = { name, type: SectionType.Group, alignment, entrySize: 4, link: this.#symbolTable, info };
    this.#file.addSection(header, writer.bytes);
  }

  #writeSection(section: ObjectSection): void {
    const { name, type, flags, alignment, entrySize, bytes, size, linkedTo, info = 0 } = section;
    const link = linkedTo ? (this.#indices.get(linkedTo) ?? 0) : 0;
    this.#file.addSection({ name, type, flags, alignment, entrySize, link, info }, bytes, size);
    if (section.relocations.length === 0) return;
    const header: Partial<WrittenSection> & { name: string } = {
      name: `.rela${name}`,
      type: SectionType.Rela,
      flags: SectionFlag.InfoLink | (flags & SectionFlag.Group),
      alignment: 8,
      entrySize: relocationSize,
      link: this.#symbolTable,
      info: this.#indices.get(section)!,
    };
    this.#file.addSection(header, this.#relocationTable(section));
  }

  #relocationTable({ relocations }: ObjectSection): Uint8Array {
    const bytes = new Uint8Array(relocations.length * relocationSize);
    const view = new DataView(bytes.buffer);
    relocations.forEach(({ offset, type, symbol, addend }, i) => {
      const at = i * relocationSize;
      view.setUint32(at, offset, true);
      view.setUint32(at + 8, type, true);
      // What has no symbol refers to symbol 0.
      view.setUint32(at + 12, this.#symbolIndices.get(symbol) ?? 0, true);
      view.setInt32(at + 16, integer.lowWord(addend), true);
      view.setInt32(at + 20, integer.highWord(addend), true);
    });
    return bytes;
  }

  #writeSymbols(): void {
    this.#file.addSymbols(
      this.#symbols.map((symbol) => ({
        name: symbol.type === 'section' ? '' : symbol.name,
        info: (bindings[symbol.binding] << 4) | types[symbol.type],
        other: visibilities[symbol.visibility] | (symbol.variantCallingConvention ? variantCallingConvention : 0),
        section: this.#sectionIndex(symbol),
        value: integer.toUnsigned(symbol.value),
        size: symbol.size,
        local: symbol.binding === 'local',
      })),
    );
  }

  #sectionIndex({ section }: ObjectSymbol): number {
    switch (section) {
      case 'undefined':
        return SectionIndex.Undefined;
      case 'absolute':
        return SectionIndex.Absolute;
      case 'common':
        return SectionIndex.Common;
      default:
        return this.#indices.get(section) ?? SectionIndex.Absolute;
    }
  }

  /** Whether it has something that only GNU systems know. */
  #needsGnu(): boolean {
    return (
      this.#symbols.some(({ binding, type }) => binding === 'unique' || type === 'ifunc') ||
      this.object.sections.some(({ flags }) => (flags & (SectionFlag.GnuRetain | SectionFlag.GnuMbind)) !== 0)
    );
  }
}
