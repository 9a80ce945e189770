import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { ByteWriter } from '../../object/bytes/writer';
import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  type Relocation,
  RelocationType,
  SectionFlag,
  SectionType,
} from '../../object/elf/relocatable';
import { SharedStrings } from '../../object/elf/shared-strings';
import { addressOf } from '../layout/segment-map';
import type { LinkState } from '../link-state';
import { type OffsetTable, tableName } from '../sections/offset-table';
import { InputSection, type OutputSection } from '../sections/sections';
import { type OutputSymbol, outputSymbols, type SymbolParts } from '../symbols/output-symbols';
import type { DynamicLinking } from '../symbols/resolver';
import { gnuHashTable, hashTable, orderForGnuHash } from './dynamic-hash';

/** What the tables are made of: the symbols of the program too, to whose parts this adds. */
type DynamicLink = SymbolParts & Pick<LinkState, 'hashOrder' | 'outputs' | 'isScriptDefined'>;

const entrySize = 24;
const symbolSize = 24;
const tagSize = 16;
/** Entries of .dynamic that ld leaves free, with the one that ends it. */
const spareTags = 6;
/** R_RISCV_RELATIVE: an address of the program, wherever it is loaded. */
const relative = 3;
const callTypes: readonly number[] = [RelocationType.Call, RelocationType.CallPlt, RelocationType.GotHigh20];
const absoluteTypes: readonly number[] = [RelocationType.Absolute32, RelocationType.Absolute64];

const Tag = {
  Null: 0,
  Hash: 4,
  Strings: 5,
  Symbols: 6,
  Rela: 7,
  RelaSize: 8,
  RelaEntry: 9,
  StringsSize: 10,
  SymbolEntry: 11,
  Debug: 21,
  TextRelocations: 22,
  Flags: 30,
  GnuHash: 0x6fff_fef5,
  RelaCount: 0x6fff_fff9,
  Flags1: 0x6fff_fffb,
} as const;
const textRelocations = 4;
const pie = 0x0800_0000;

interface DynamicEntry {
  readonly address: bigint;
  readonly type: number;
  /** Its number in .dynsym; 0 for none. */
  readonly symbol: number;
  readonly addend: bigint;
}

/** Addresses in a section that the loader writes. */
interface Pending {
  readonly input: InputSection;
  readonly relocation: Relocation;
}

/**
 * What a position-independent program tells its loader: which addresses in it depend on where it is loaded (.rela.dyn), in
 * the tables that a dynamic linker reads (System V ABI, "Dynamic Linking"), as GNU ld makes them.
 */
export class DynamicTables implements DynamicLinking {
  readonly #pending = new Map<InputSection, Pending[]>();
  /** Tables of relocations, one for each name of sections that have any. */
  readonly #tables = new Map<string, InputSection>();
  readonly #own: InputSection[] = [];
  readonly #dynsym: InputSection;
  readonly #dynstr: InputSection;
  readonly #dynamic: InputSection;
  readonly #hash: InputSection | undefined;
  readonly #gnuHash: InputSection | undefined;
  #slots: InputSection | undefined;
  /** In the order of .dynsym. */
  #symbols: readonly string[] = [];
  /** In the order of ld's table, with their numbers. */
  #hashed: readonly { readonly name: string; readonly number: number }[] = [];
  #strings = new SharedStrings([]);
  /** The number of the first symbol in .dynsym that is looked for by its GNU hash. */
  #firstDefined = 2;
  readonly #called = new Set<string>();
  readonly #numbers = new Map<string, number>();

  constructor(
    readonly link: DynamicLink,
    readonly owner: ObjectFile,
  ) {
    const { hashStyle } = link.settings;
    this.#dynsym = this.#make('.dynsym', SectionType.DynamicSymbols, symbolSize);
    this.#dynstr = this.#make('.dynstr', SectionType.StringTable, 0, 1);
    this.#dynamic = this.#make('.dynamic', SectionType.Dynamic, tagSize, 8, SectionFlag.Write);
    if (hashStyle !== 'gnu') this.#hash = this.#make('.hash', SectionType.Hash, 4);
    if (hashStyle !== 'sysv') this.#gnuHash = this.#make('.gnu.hash', SectionType.GnuHash, 0);
  }

  #make(name: string, type: number, size: number, alignment = 8, flags = 0): InputSection {
    const section: ObjectSection = {
      name,
      type,
      flags: SectionFlag.Alloc | flags,
      alignment,
      bytes: new Uint8Array(0),
      size: 0,
      entrySize: size,
      relocations: [],
    };
    const input = new InputSection(this.owner, section);
    this.#own.push(input);
    return input;
  }

  calls(name: string): boolean {
    return this.#called.has(name);
  }

  names(name: string): boolean {
    return this.#numbers.has(name);
  }

  /** Finds what the loader has to write. @returns the sections for it, which stand at the end of the first object */
  collect(table: OffsetTable): InputSection[] {
    const { inputs, resolver } = this.link;
    this.#slots = this.#make('.rela.got', SectionType.Rela, entrySize);
    for (const input of inputs) {
      for (const { type, symbol } of input.source.relocations)
        if (symbol.binding !== 'local' && callTypes.includes(type)) this.#called.add(symbol.name);
      if ((input.source.flags & SectionFlag.Alloc) === 0) continue;
      const pending = input.source.relocations.filter(({ type }) => absoluteTypes.includes(type));
      if (pending.length === 0) continue;
      this.#pending.set(
        input,
        pending.map((relocation) => ({ input, relocation })),
      );
      if (!this.#tables.has(input.name))
        this.#tables.set(input.name, this.#make(`.rela${input.name}`, SectionType.Rela, entrySize));
    }
    const [symbols, strings, dynamic, ...rest] = this.#own;
    const hashes = rest.filter((input) => input === this.#hash || input === this.#gnuHash);
    const relocations = rest.filter((input) => !hashes.includes(input) && input !== this.#slots);
    const isNamed = this.link.symbols.globals.has(tableName);
    const sections = table.isEmpty && !isNamed ? [table.section] : [table.section, table.lazySection];
    const got = sections.map((section) => {
      const input = new InputSection(this.owner, section);
      resolver.enter(section, input);
      return input;
    });
    // Nothing is called by way of a table; ld has its symbol all the same.
    const calls = this.#make('.plt', SectionType.Progbits, 0, 16, SectionFlag.Execute);
    return [symbols!, strings!, dynamic!, ...hashes, this.#slots, ...got, calls, ...relocations];
  }

  /** Sizes of the tables, once it is known which sections are in the program. */
  size(table: OffsetTable): void {
    this.#chooseSymbols(table);
    for (const [input, pending] of this.#pending) {
      if (!input.output) continue;
      const written = pending.filter(({ relocation: { symbol } }) => this.#isWritten(symbol));
      grow(this.#tables.get(input.name)!, written.length * entrySize);
    }
    grow(this.#slots!, [...table.addresses()].filter(({ symbol }) => this.#isWritten(symbol)).length * entrySize);
    const count = 2 + this.#symbols.length;
    grow(this.#dynsym, count * symbolSize);
    grow(this.#dynstr, this.#strings.bytes.length);
    if (this.#hash) grow(this.#hash, hashTable(this.#hashed, count).length);
    if (this.#gnuHash) grow(this.#gnuHash, this.#gnuHashTable().length);
    grow(this.#dynamic, (this.#tags().length + spareTags) * tagSize);
  }

  /** The symbols that have slots in the global offset table may be known outside. */
  #chooseSymbols(table: OffsetTable): void {
    const { symbols, hashOrder } = this.link;
    const names: string[] = [];
    for (const [{ output }, pending] of this.#pending) {
      if (!output) continue;
      for (const { relocation } of pending)
        if (this.#isFoundByLoader(relocation.symbol)) names.push(relocation.symbol.name);
    }
    for (const { symbol } of table.addresses()) {
      const found = symbols.definitionOf(symbol);
      const isLocal =
        symbol.binding === 'local' || symbols.isHidden(symbol.name) || this.link.isScriptHidden(symbol.name);
      if (!this.#isWritten(symbol)) continue;
      if (!isLocal || (found.section === 'undefined' && found.visibility === 'default' && symbol.binding !== 'local'))
        names.push(symbol.name);
    }
    const ordered = [...new Set(names)].sort(hashOrder.compare);
    const isUndefined = (name: string): boolean => !symbols.isDefined(name) && !this.link.isScriptDefined(name);
    const undefinedNames = ordered.filter(isUndefined);
    this.#firstDefined = 2 + undefinedNames.length;
    const defined = ordered.filter((name) => !isUndefined(name));
    this.#symbols = this.#gnuHash ? [...undefinedNames, ...orderForGnuHash(defined)] : ordered;
    this.#symbols.forEach((name, index) => {
      this.#numbers.set(name, index + 2);
    });
    this.#hashed = ordered.map((name) => ({ name, number: this.#numbers.get(name)! }));
    this.#strings = new SharedStrings(ordered);
  }

  #gnuHashTable(): Uint8Array {
    return gnuHashTable(this.#symbols.slice(this.#firstDefined - 2), this.#firstDefined);
  }

  /** Whether a symbol is weak, defined nowhere here, and left to the loader. */
  #isFoundByLoader(symbol: ObjectSymbol): boolean {
    const found = this.link.symbols.definitionOf(symbol);
    return (
      found.section === 'undefined' &&
      found.visibility === 'default' &&
      symbol.binding !== 'local' &&
      !this.link.isScriptDefined(symbol.name) &&
      this.link.settings.loaderFindsWeak
    );
  }

  /** Whether the loader writes something where an address of a symbol stands; what is nowhere stays 0. */
  #isWritten(symbol: ObjectSymbol): boolean {
    const isUndefined = this.link.symbols.definitionOf(symbol).section === 'undefined';
    return !isUndefined || this.link.isScriptDefined(symbol.name) || this.#isFoundByLoader(symbol);
  }

  get #hasTextRelocations(): boolean {
    return [...this.#pending.keys()].some(({ output }) => output?.readOnly);
  }

  /** The tags of .dynamic that are no padding. */
  #tags(): [tag: number, value: bigint][] {
    const at = (input: InputSection): bigint => integer.toUnsigned(input.output ? input.address : 0);
    const sized = (input: InputSection): bigint => BigInt(input.size);
    const relocations = this.link.outputs.filter(({ type, allocated }) => type === SectionType.Rela && allocated);
    const lowest = relocations.map(addressOf).reduce((least, value) => (value < least ? value : least), 1n << 64n);
    const total = relocations.reduce((sum, { size }) => sum + size, 0);
    const tags: [number, bigint][] = [];
    if (this.#hash) tags.push([Tag.Hash, at(this.#hash)]);
    if (this.#gnuHash) tags.push([Tag.GnuHash, at(this.#gnuHash)]);
    tags.push([Tag.Strings, at(this.#dynstr)], [Tag.Symbols, at(this.#dynsym)]);
    tags.push([Tag.StringsSize, sized(this.#dynstr)], [Tag.SymbolEntry, BigInt(symbolSize)], [Tag.Debug, 0n]);
    tags.push(
      [Tag.Rela, relocations.length > 0 ? lowest : 0n],
      [Tag.RelaSize, BigInt(total)],
      [Tag.RelaEntry, BigInt(entrySize)],
    );
    if (this.#hasTextRelocations) tags.push([Tag.TextRelocations, 0n], [Tag.Flags, BigInt(textRelocations)]);
    tags.push([Tag.Flags1, BigInt(pie)]);
    return tags;
  }

  get address(): Integer {
    return this.#dynamic.output ? this.#dynamic.address : 0;
  }

  isPending(input: InputSection, type: number): boolean {
    return this.#pending.has(input) && absoluteTypes.includes(type);
  }

  // Contents

  write(table: OffsetTable): void {
    const symbols = new Map(outputSymbols(this.link).map((symbol) => [symbol.name, symbol]));
    const sections = new Map(this.link.outputs.map((output, index) => [output, index + 1]));
    this.#dynsym.bytes = this.#symbolTable(symbols, sections);
    this.#dynstr.bytes = this.#strings.bytes;
    if (this.#hash) this.#hash.bytes = hashTable(this.#hashed, 2 + this.#symbols.length);
    if (this.#gnuHash) this.#gnuHash.bytes = this.#gnuHashTable();
    const relativeCount = this.#writeRelocations(table);
    const tags = this.#tags();
    if (relativeCount > 0) tags.push([Tag.RelaCount, BigInt(relativeCount)]);
    const writer = new ByteWriter();
    for (const [tag, value] of tags) {
      writer.u64(tag);
      writer.u64(value);
    }
    const bytes = new Uint8Array(this.#dynamic.size);
    bytes.set(writer.bytes);
    this.#dynamic.bytes = bytes;
  }

  #symbolTable(symbols: ReadonlyMap<string, OutputSymbol>, sections: ReadonlyMap<OutputSection, number>): Uint8Array {
    const writer = new ByteWriter();
    writer.append(new Uint8Array(symbolSize));
    const add = (name: number, info: number, other: number, section: number, value: bigint, size: number): void => {
      writer.u32(name);
      writer.u8(info);
      writer.u8(other);
      writer.u16(section);
      writer.u64(value);
      writer.u64(size);
    };
    const first = this.link.outputs.find(({ allocated, readOnly }) => allocated && readOnly);
    const sectionType = 3;
    add(0, sectionType, 0, first ? sections.get(first)! : 0, first ? addressOf(first) : 0n, 0);
    for (const name of this.#symbols) {
      const symbol = symbols.get(name);
      const offset = this.#strings.offsetOf(name);
      if (!symbol || symbol.isUndefined) add(offset, 0x20, 0, 0, 0n, 0);
      else {
        const { type, binding, visibility, section, value, size } = symbol;
        add(offset, (binding << 4) | type, visibility, section ? sections.get(section)! : 0xfff1, value, size);
      }
    }
    return writer.bytes;
  }

  /** @returns how many need nothing but the place where the program is loaded */
  #writeRelocations(table: OffsetTable): number {
    const tables = new Map<InputSection, DynamicEntry[]>();
    const push = (input: InputSection, entry: DynamicEntry): void => {
      const list = tables.get(input);
      if (list) list.push(entry);
      else tables.set(input, [entry]);
    };
    for (const { input, relocation } of this.#inOrder()) {
      const address = integer.toUnsigned(integer.add(input.address, input.moved(relocation.offset)));
      const entry = this.#entry(address, relocation);
      if (entry) push(this.#tables.get(input.name)!, entry);
    }
    const slots = this.link.resolver.inputOf(table.section);
    for (const { symbol, offset } of table.addresses()) {
      if (!this.#isWritten(symbol)) continue;
      const address = integer.toUnsigned(integer.add(slots!.address, offset));
      if (this.#isFoundByLoader(symbol)) {
        push(this.#slots!, {
          address,
          type: RelocationType.Absolute64,
          symbol: this.#numbers.get(symbol.name)!,
          addend: 0n,
        });
        continue;
      }
      const value = this.link.resolver.resolve(symbol)?.value ?? 0;
      push(this.#slots!, { address, type: relative, symbol: 0, addend: integer.toUnsigned(value) });
    }
    for (const [input, entries] of tables) input.bytes = encoded(entries, input.size);
    return this.#sort(tables);
  }

  /** As ld comes by them: object by object in order of what comes first in the program. */
  *#inOrder(): Generator<Pending> {
    const seen = new Set<ObjectFile>();
    const byFile = new Map<ObjectFile, Pending[]>();
    for (const [input, pending] of this.#pending) {
      if (!input.output) continue;
      const list = byFile.get(input.file);
      if (list) list.push(...pending);
      else byFile.set(input.file, [...pending]);
    }
    for (const output of this.link.outputs) {
      for (const { file } of output.inputs) {
        if (seen.has(file)) continue;
        seen.add(file);
        yield* byFile.get(file) ?? [];
      }
    }
  }

  #entry(address: bigint, relocation: Relocation): DynamicEntry | undefined {
    const { symbol, addend, type } = relocation;
    if (!this.#isWritten(symbol)) return undefined;
    const number = symbol.binding === 'local' ? undefined : this.#numbers.get(symbol.name);
    if (number !== undefined) return { address, type, symbol: number, addend: integer.toUnsigned(addend) };
    const target = this.link.resolver.target(relocation);
    return target && { address, type: relative, symbol: 0, addend: integer.toUnsigned(target.value) };
  }

  /** .rela.dyn is in order, first what has no symbol, so that a loader needs little time for it. */
  #sort(tables: ReadonlyMap<InputSection, DynamicEntry[]>): number {
    const output = this.link.outputs.find(({ name }) => name === '.rela.dyn');
    if (!output) return 0;
    const inputs = output.inputs.filter((input) => tables.has(input));
    const all = inputs.flatMap((input) => tables.get(input)!);
    const first = new Map<number, bigint>();
    for (const { symbol, address } of all) {
      const known = first.get(symbol);
      if (known === undefined || address < known) first.set(symbol, address);
    }
    const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
    all.sort(
      (a, b) =>
        Number(a.type !== relative) - Number(b.type !== relative) ||
        (a.type === relative ? 0 : compare(first.get(a.symbol)!, first.get(b.symbol)!)) ||
        compare(a.address, b.address),
    );
    let next = 0;
    for (const input of inputs) {
      const count = input.size / entrySize;
      input.bytes = encoded(all.slice(next, next + count), input.size);
      next += count;
    }
    return all.filter(({ type }) => type === relative).length;
  }
}

/** Tables of relocations have their sizes before their contents. */
function grow(input: InputSection, bytes: number): void {
  input.size += bytes;
}

function encoded(entries: readonly DynamicEntry[], size: number): Uint8Array {
  const writer = new ByteWriter();
  for (const { address, type, symbol, addend } of entries) {
    writer.u64(address);
    writer.u64((BigInt(symbol) << 32n) | BigInt(type));
    writer.u64(addend);
  }
  const bytes = new Uint8Array(size);
  bytes.set(writer.bytes.subarray(0, size));
  return bytes;
}
