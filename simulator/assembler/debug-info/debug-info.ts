import { SectionFlag, SectionType } from '../../object/elf/relocatable';
import type { SourceSpan } from '../source/frames';
import { constant, isConstant, offsetOf, settle } from '../unit/evaluation';
import { leb128Bytes } from '../unit/section-bytes';
import type { AssemblySymbol, Bound, ObjectSectionSource, Section } from '../unit/symbols-and-sections';
import type { Unit } from '../unit/unit';

const Tag = { CompileUnit: 0x11, Subprogram: 0x2e, UnspecifiedType: 0x3b } as const;
const Attribute = {
  Name: 0x03,
  StatementList: 0x10,
  LowPc: 0x11,
  HighPc: 0x12,
  Language: 0x13,
  CompilationFolder: 0x1b,
  Producer: 0x25,
  External: 0x3f,
  Type: 0x49,
  Ranges: 0x55,
} as const;
const Form = {
  Address: 0x01,
  Data2: 0x05,
  Data4: 0x06,
  Flag: 0x0c,
  StringOffset: 0x0e,
  Udata: 0x0f,
  ReferenceUdata: 0x15,
  SectionOffset: 0x17,
  FlagPresent: 0x19,
} as const;
const Abbreviation = { Unit: 1, Function: 2, NoType: 3 } as const;
const rangeOfStartAndLength = 7;
const unitOfCompilation = 1;
/** In bytes. */
const pointerSize = 8;
/** DWARF has no number for assembly: GNU's assembler takes this one. */
const languageMipsAssembler = 0x8001;
const producer = 'HyperStep';

/** The code of one section that the line table is about. */
interface Range {
  readonly start: AssemblySymbol;
  readonly end: AssemblySymbol;
  readonly size: number;
}

/**
 * Writes what GNU as adds to a line table for which the source has no unit of its own, made of the source itself (`-gdwarf-5`) or
 * asked for by `.loc`: a unit with its functions, and where its code is.
 */
export function writeDebugInfo(unit: Unit): void {
  if (unit.lineInfo.entries.size > 0 && !hasContents(unit, '.debug_info')) new DebugInfoWriter(unit).write();
}

/** Whether the source put anything into a section of this name. */
export function hasContents(unit: Unit, name: string): boolean {
  return unit.sections.outputs.some(
    (output) => output.name === name && output.subsections.some(({ length, parts }) => length > 0 || parts.length > 0),
  );
}

class DebugInfoWriter {
  readonly #span: SourceSpan;
  readonly #info: Section;
  readonly #abbreviations: Section;
  readonly #addresses: Section;
  readonly #strings: Section;
  readonly #ranges: readonly Range[];
  readonly #version: number;
  readonly #functions: readonly { readonly symbol: AssemblySymbol; readonly size: number }[];

  constructor(readonly unit: Unit) {
    this.#span = { frame: unit.frames[0]!, line: 0, start: 0, end: 0 };
    this.#version = unit.lineInfo.version;
    this.#info = this.#section('.debug_info');
    this.#abbreviations = this.#section('.debug_abbrev');
    this.#addresses = this.#section('.debug_aranges');
    this.#addresses.align(16);
    this.#strings = this.#section('.debug_str', SectionFlag.Merge | SectionFlag.Strings, 1);
    this.#ranges = [...unit.lineInfo.entries.keys()].map((output) => this.#rangeOf(output));
    this.#functions = [...unit.symbols.values()].flatMap((symbol) => {
      const size = symbol.size && settle(symbol.size);
      const isFunction = symbol.type === 'function' && symbol.place && size && isConstant(size);
      return isFunction ? [{ symbol, size: Number(size.value) }] : [];
    });
  }

  write(): void {
    const lists = this.#ranges.length > 1 ? this.#writeRanges() : undefined;
    this.#writeAddresses();
    const { folders, files, compilationFolder } = this.unit.lineInfo;
    const file = this.#version >= 5 ? (files[0] ?? files[1]) : files[1];
    const folder = file && file.folder > 0 ? `${folders[file.folder]}/` : '';
    const strings = [`${folder}${file?.name ?? ''}`, compilationFolder, producer].map((text) => this.#string(text));
    const external = this.#writeAbbreviations();
    this.#writeInfo(strings, lists, external);
  }

  #section(name: string, flags = 0, entrySize = 0): Section {
    const { unit } = this;
    const known = unit.sections.outputs.find((output) => output.name === name);
    return unit.sections.subsection(
      known ?? unit.sections.output(name, { type: SectionType.Progbits, flags, entrySize }),
      0,
    );
  }

  #temporary(place: NonNullable<AssemblySymbol['place']>): AssemblySymbol {
    const symbol = this.unit.symbols.temporary(place);
    symbol.order = this.unit.symbols.nextOrder();
    return symbol;
  }

  #rangeOf(output: ObjectSectionSource): Range {
    const first = output.subsections[0]!;
    const start = this.#temporary({ section: first, offset: 0, part: 0 });
    const end = this.#temporary(endOfCode(output));
    return { start, end, size: offsetOf(end.place!) - offsetOf(start.place!) };
  }

  #fixup(section: Section, value: Bound, size: 4 | 8): void {
    const at = { offset: section.length, part: section.parts.length, span: this.#span, relax: false };
    section.fixups.push({ ...at, kind: { data: size }, value });
    section.appendInteger(0, size);
  }

  #reference(section: Section, symbol: AssemblySymbol, size: 4 | 8 = 4): void {
    this.#fixup(section, { ...constant(0), add: symbol }, size);
  }

  /** The beginning of a section. */
  #start(section: Section): AssemblySymbol {
    return this.unit.symbols.sectionSymbol(section.name);
  }

  #string(text: string): AssemblySymbol {
    const symbol = this.#temporary(this.#strings.here);
    this.#strings.append(new TextEncoder().encode(text));
    this.#strings.appendInteger(0, 1);
    return symbol;
  }

  #uleb(section: Section, value: number): void {
    section.append(leb128Bytes(BigInt(value), false));
  }

  /** For code in several sections. @returns where its list begins */
  #writeRanges(): AssemblySymbol {
    return this.#version >= 5 ? this.#writeRangeLists() : this.#writeOldRanges();
  }

  /** .debug_ranges (DWARF 3, section 2.17.3): pairs of addresses after one that says that they count from 0. */
  #writeOldRanges(): AssemblySymbol {
    const section = this.#section('.debug_ranges');
    section.align(16);
    const list = this.#start(section);
    section.append(new Uint8Array(8).fill(0xff));
    section.append(new Uint8Array(8));
    for (const { start, end } of this.#ranges) {
      this.#reference(section, start, 8);
      this.#reference(section, end, 8);
    }
    section.append(new Uint8Array(16));
    return list;
  }

  #writeRangeLists(): AssemblySymbol {
    const section = this.#section('.debug_rnglists');
    section.appendInteger(0, 4);
    section.append([5, 0, 8, 0, 0, 0, 0, 0]);
    const list = this.#temporary(section.here);
    for (const { start, size } of this.#ranges) {
      section.appendInteger(rangeOfStartAndLength, 1);
      this.#reference(section, start, 8);
      this.#uleb(section, size);
    }
    section.appendInteger(0, 1);
    section.patch(0, section.length - 4);
    return list;
  }

  #writeAddresses(): void {
    const section = this.#addresses;
    section.appendInteger(0, 4);
    section.append([2, 0]);
    this.#reference(section, this.#start(this.#info));
    section.append([8, 0, 0, 0, 0, 0]);
    for (const { start, end } of this.#ranges) {
      this.#reference(section, start, 8);
      this.#fixup(section, { ...constant(0), add: end, subtract: start }, 8);
    }
    section.append(new Uint8Array(16));
    section.patch(0, section.length - 4);
  }

  /** @returns how the unit says that a function is global: not at all, by being so, or one by one */
  #writeAbbreviations(): number | undefined {
    const section = this.#abbreviations;
    const functions = this.#functions;
    const [hasGlobal, hasLocal] = [true, false].map((wanted) =>
      functions.some(({ symbol }) => (symbol.binding !== 'local') === wanted),
    );
    const pairs = (...values: readonly number[]): void => {
      for (const value of [...values, 0, 0]) this.#uleb(section, value);
    };
    section.append([Abbreviation.Unit, Tag.CompileUnit, functions.length > 0 ? 1 : 0]);
    const isOne = this.#ranges.length === 1;
    const isOld = this.#version < 4;
    const offset = isOld ? Form.Data4 : Form.SectionOffset;
    const highPc = isOld ? Form.Address : Form.Udata;
    pairs(
      ...[Attribute.StatementList, offset],
      ...(isOne ? [Attribute.LowPc, Form.Address, Attribute.HighPc, highPc] : [Attribute.Ranges, offset]),
      ...[Attribute.Name, Form.StringOffset, Attribute.CompilationFolder, Form.StringOffset],
      ...[Attribute.Producer, Form.StringOffset, Attribute.Language, Form.Data2],
    );
    const external = hasGlobal ? (hasLocal || isOld ? Form.Flag : Form.FlagPresent) : undefined;
    if (functions.length > 0) {
      section.append([Abbreviation.Function, Tag.Subprogram, 0]);
      pairs(
        ...[Attribute.Name, Form.StringOffset],
        ...(external === undefined ? [] : [Attribute.External, external]),
        ...[Attribute.Type, Form.ReferenceUdata, Attribute.LowPc, Form.Address, Attribute.HighPc, highPc],
      );
      section.append([Abbreviation.NoType, Tag.UnspecifiedType, 0]);
      pairs();
    }
    section.appendInteger(0, 1);
    return external;
  }

  #writeInfo(
    strings: readonly AssemblySymbol[],
    lists: AssemblySymbol | undefined,
    external: number | undefined,
  ): void {
    const section = this.#info;
    const lines = this.#section('.debug_line');
    section.appendInteger(0, 4);
    section.append([this.#version, 0]);
    if (this.#version >= 5) section.append([unitOfCompilation, pointerSize]);
    this.#reference(section, this.#start(this.#abbreviations));
    if (this.#version < 5) section.append([pointerSize]);
    this.#uleb(section, Abbreviation.Unit);
    this.#reference(section, this.#start(lines));
    const [only] = this.#ranges;
    if (lists) this.#reference(section, lists);
    else if (only) {
      this.#reference(section, only.start, 8);
      if (this.#version < 4) this.#reference(section, only.end, 8);
      else this.#uleb(section, only.size);
    }
    for (const string of strings) this.#reference(section, string);
    section.appendInteger(languageMipsAssembler, 2);
    if (this.#functions.length > 0) this.#writeFunctions(external);
    section.patch(0, section.length - 4);
  }

  #writeFunctions(external: number | undefined): void {
    const section = this.#info;
    const sizeOf = (type: number): number =>
      this.#functions.reduce((sum, { size }) => {
        const highPc = this.#version < 4 ? pointerSize : leb128Bytes(BigInt(size), false).length;
        const sizes = leb128Bytes(BigInt(type), false).length + highPc;
        return sum + 1 + 4 + (external === Form.Flag ? 1 : 0) + 8 + sizes;
      }, section.length);
    // The type comes after the functions that name it: its own offset says how long that name is.
    let type = sizeOf(0);
    while (sizeOf(type) !== type) type = sizeOf(type);
    for (const { symbol, size } of this.#functions) {
      this.#uleb(section, Abbreviation.Function);
      this.#reference(section, this.#string(symbol.name));
      if (external === Form.Flag) section.appendInteger(symbol.binding === 'local' ? 0 : 1, 1);
      this.#uleb(section, type);
      this.#reference(section, symbol, 8);
      if (this.#version < 4) this.#fixup(section, { ...constant(size), add: symbol }, 8);
      else this.#uleb(section, size);
    }
    this.#uleb(section, Abbreviation.NoType);
    section.appendInteger(0, 1);
  }
}

/** Where a section's code ends, before what fills it up to its alignment. */
export function endOfCode(output: ObjectSectionSource): NonNullable<AssemblySymbol['place']> {
  const section = output.subsections.at(-1)!;
  const padding = section.executable && output.alignment > 1 ? 1 : 0;
  return { section, offset: section.length, part: section.parts.length - padding };
}
