import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import { type LineRow, LineTable } from '../object/line-table';
import type { Program, ProgramSection, ProgramSymbol, Segment } from '../object/program';
import {
  type ObjectFile,
  type ObjectPosition,
  type ObjectSection,
  type ObjectSymbol,
  SectionFlag,
  SectionType,
} from '../object/relocatable';
import type { Diagnostic, Severity } from './diagnostic';
import { rangeOf, relatedCalls } from './frames';
import { dataSegment, outputName, type Placement, placements } from './link-layout';
import { suggestSymbols } from './object-file';
import { Relocator } from './relocate';

/** Where a program is put in memory. Addresses are unsigned 64-bit. */
export interface Layout {
  /** Where `.text` begins. */
  readonly textBase: bigint;
  /** Where the writable sections begin; after the others when absent. */
  readonly dataBase?: bigint;
  /** The symbol where execution begins; `_start` when absent, and the start of `.text` when that is not defined. */
  readonly entry?: string;
}

export const defaultLayout: Layout = { textBase: 0x8020_0000n };

/** A section of the linked program. */
export interface OutputSection {
  readonly name: string;
  readonly inputs: ObjectSection[];
  type: number;
  flags: number;
  alignment: number;
  address: Integer;
  size: number;
  bytes: Uint8Array;
}

export interface LinkResult {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
}

/** How an undefined symbol is reported: as an error, or as a hint when nothing says what else is linked. */
export type UndefinedSeverity = Extract<Severity, 'error' | 'hint'>;

/** Links objects into one program, as `ld --no-relax -Ttext=...` does with its default script. Never throws. */
export function link(objects: readonly ObjectFile[], layout: Layout, undefinedSeverity: UndefinedSeverity): LinkResult {
  return new Linker(objects, layout, undefinedSeverity).link();
}

export class Linker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #outputs: OutputSection[] = [];
  /** Where each input section went. */
  readonly #places = new Map<ObjectSection, { output: OutputSection; offset: number }>();
  readonly #globals = new Map<string, ObjectSymbol>();
  /** Addresses that the linker itself defines. */
  readonly #provided = new Map<string, { value: Integer; section: string; always: boolean }>();
  /** Where each common symbol went. */
  readonly #commons = new Map<string, ObjectSymbol>();
  readonly #commonOwners = new Map<string, ObjectFile>();
  readonly #commonSections: ObjectSection[] = [];
  #table: { section: ObjectSection; slots: Map<string | ObjectSymbol, number> } | undefined;

  constructor(
    readonly objects: readonly ObjectFile[],
    readonly layout: Layout,
    readonly undefinedSeverity: UndefinedSeverity,
  ) {}

  link(): LinkResult {
    this.#collectGlobals();
    this.#placeCommons();
    this.#placeTable();
    this.#groupSections();
    this.#assignAddresses();
    for (const output of this.#outputs) this.#fillOutput(output);
    this.#fillTable();
    new Relocator(this).run();
    return { program: this.#program(), diagnostics: this.diagnostics };
  }

  // What the relocator asks.

  get outputs(): readonly OutputSection[] {
    return this.#outputs;
  }

  placeOf(section: ObjectSection): { output: OutputSection; offset: number } | undefined {
    return this.#places.get(section);
  }

  /** The address of a symbol; undefined when it has none. `weak` says that 0 stands for a missing weak symbol. */
  resolve(symbol: ObjectSymbol): { value: Integer; weak: boolean } | undefined {
    const found =
      symbol.binding === 'local' && symbol.section !== 'undefined'
        ? symbol
        : (this.#globals.get(symbol.name) ?? symbol);
    const { section } = found;
    if (section === 'absolute') return { value: found.value, weak: false };
    if (section === 'common') return this.#addressIn(this.#commons.get(found.name)!);
    if (section !== 'undefined') return this.#addressIn(found);
    const provided = this.#provided.get(symbol.name);
    if (provided) return { value: provided.value, weak: false };
    return found.binding === 'weak' || symbol.binding === 'weak' ? { value: 0, weak: true } : undefined;
  }

  #addressIn(symbol: ObjectSymbol): { value: Integer; weak: boolean } | undefined {
    const place = this.#places.get(symbol.section as ObjectSection);
    // A section that is not loaded has addresses from 0.
    if (!place) return undefined;
    return { value: integer.add(integer.add(place.output.address, place.offset), symbol.value), weak: false };
  }

  /** The address of a symbol's slot in the global offset table. */
  slotAddress(symbol: ObjectSymbol): Integer | undefined {
    const slot = this.#table?.slots.get(slotKey(symbol));
    const place = this.#table && this.#places.get(this.#table.section);
    return slot === undefined || !place ? undefined : integer.add(place.output.address, place.offset + slot);
  }

  report(
    severity: Severity,
    code: string,
    message: string,
    position: ObjectPosition | undefined,
    path: string,
    suggestions: readonly string[] = [],
  ): void {
    const origin = position?.origin ?? { file: path, line: 0, column: 0 };
    const { column = 0 } = origin;
    const related = relatedCalls(origin);
    this.diagnostics.push({
      file: origin.file,
      range: rangeOf(origin.line, column, position?.endColumn ?? column),
      severity,
      code,
      message,
      ...(related.length > 0 ? { related } : {}),
      ...(suggestions.length > 0 ? { suggestions } : {}),
    });
  }

  reportUndefined(symbol: ObjectSymbol, position: ObjectPosition | undefined, path: string): void {
    if (symbol.name === '') return;
    const names = [...this.#globals.values()]
      .filter((known) => known.section !== 'undefined')
      .map((known) => known.name);
    const locals = this.objects.find((object) => object.path === path)?.symbols ?? [];
    const { suggestions, text } = suggestSymbols(symbol.name, [
      ...names,
      ...locals.filter((s) => s.section !== 'undefined').map((s) => s.name),
    ]);
    this.report(
      this.undefinedSeverity,
      'undefined-symbol',
      `symbol '${symbol.name}' is not defined${text}`,
      position,
      path,
      suggestions,
    );
  }

  // Steps

  #collectGlobals(): void {
    for (const object of this.objects) {
      for (const symbol of object.symbols) {
        if (symbol.binding === 'local' || symbol.name === '') continue;
        const known = this.#globals.get(symbol.name);
        if (symbol.section === 'common' && (known?.section !== 'common' || symbol.size > known.size)) {
          this.#commonOwners.set(symbol.name, object);
        }
        if (!known || rank(symbol) > rank(known)) this.#globals.set(symbol.name, symbol);
        else if (rank(symbol) === strong && rank(known) === strong && known !== symbol)
          this.#duplicate(symbol, known, object);
        else if (symbol.section === 'common' && known.section === 'common') {
          const larger = symbol.size > known.size ? symbol : known;
          const value = Math.max(Number(symbol.value), Number(known.value));
          this.#globals.set(symbol.name, { ...larger, value });
        }
      }
    }
  }

  #duplicate(symbol: ObjectSymbol, known: ObjectSymbol, object: ObjectFile): void {
    const first = known.definition;
    const at = first && {
      file: first.origin.file,
      range: rangeOf(first.origin.line, first.origin.column ?? 0, first.endColumn),
      message: 'first defined here',
    };
    this.report(
      'error',
      'duplicate-symbol',
      `symbol '${symbol.name}' is already defined in another file`,
      symbol.definition,
      object.path,
    );
    const last = this.diagnostics.pop()!;
    this.diagnostics.push(at ? { ...last, related: [at, ...(last.related ?? [])] } : last);
  }

  /** Common symbols go to the end of .bss, those of one object together. */
  #placeCommons(): void {
    const commons = [...this.#globals.values()].filter((symbol) => symbol.section === 'common');
    commons.sort((a, b) => bucketOf(a.name) - bucketOf(b.name));
    for (const object of this.objects) {
      const owned = commons.filter((symbol) => this.#commonOwners.get(symbol.name) === object);
      if (owned.length === 0) continue;
      let size = 0;
      const offsets = owned.map((symbol) => {
        const offset = alignNumber(size, Math.max(1, Number(symbol.value)));
        size = offset + symbol.size;
        return offset;
      });
      const alignment = Math.max(1, ...owned.map((symbol) => Number(symbol.value)));
      const flags = SectionFlag.Alloc | SectionFlag.Write;
      const section = emptySection('COMMON', SectionType.Nobits, flags, alignment, size);
      this.#commonSections.push(section);
      owned.forEach((symbol, i) => {
        this.#commons.set(symbol.name, { ...symbol, section, value: offsets[i]! });
      });
    }
  }

  /** Makes room for a global offset table when code asks for one. */
  #placeTable(): void {
    const slots = new Map<string | ObjectSymbol, number>();
    for (const object of this.objects) {
      for (const section of object.sections) {
        for (const { type, symbol } of section.relocations) {
          const key = slotKey(symbol);
          if (Relocator.usesTable(type) && !slots.has(key)) slots.set(key, tableHeader + 8 * slots.size);
        }
      }
    }
    if (slots.size === 0) return;
    const size = tableHeader + 8 * slots.size;
    const section = {
      ...emptySection('.got', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Write, 8, size),
      bytes: new Uint8Array(size),
    };
    this.#table = { section, slots };
  }

  #groupSections(): void {
    const groups = new Map<string, { section: ObjectSection; order: number }[]>();
    const add = (section: ObjectSection): void => {
      const { name, order } = outputName(section.name);
      const group = groups.get(name);
      if (group) group.push({ section, order });
      else groups.set(name, [{ section, order }]);
    };
    for (const object of this.objects) {
      for (const section of object.sections) if (section.flags & SectionFlag.Alloc) add(section);
    }
    if (this.#table) add(this.#table.section);
    for (const section of this.#commonSections) add(section);
    for (const [name, members] of groups) {
      const inputs = members.sort((a, b) => a.order - b.order).map((member) => member.section);
      this.#outputs.push({
        name,
        inputs,
        type: inputs.every((input) => input.type === SectionType.Nobits)
          ? SectionType.Nobits
          : firstContents(inputs).type,
        flags: inputs.reduce((flags, input) => flags | (input.flags & mergedFlags), 0),
        alignment: Math.max(...inputs.map((input) => input.alignment)),
        address: 0,
        size: 0,
        bytes: new Uint8Array(0),
      });
    }
  }

  #placeInputs(output: OutputSection): void {
    let offset = 0;
    for (const input of output.inputs) {
      if (input.size > 0) offset = alignNumber(offset, input.alignment);
      this.#places.set(input, { output, offset });
      offset += input.size;
    }
    output.size = offset;
  }

  #assignAddresses(): void {
    const order = placements(this.#outputs);
    const start = integer.fromBigint(this.layout.textBase);
    const base = this.layout.dataBase;
    let { end, dataStart } = this.#assign(order, start, base === undefined ? undefined : integer.fromBigint(base));
    const protectedStart = base === undefined ? dataSegment.protectedStart(order) : undefined;
    if (protectedStart !== undefined) ({ end } = this.#assign(order, start, protectedStart));
    else if (base === undefined && dataSegment.savesPage(dataStart, end)) {
      ({ end, dataStart } = this.#assign(order, start, 'aligned'));
    }
    this.#provided.set('_end', { value: end, section: '', always: true });
    this.#provided.set('end', { value: end, section: '', always: false });
    this.#outputs.sort((a, b) => compare(a.address, b.address) || order.indexOf(a) - order.indexOf(b));
  }

  /** Walks the script once; `data` says where the data segment begins (by the usual rule when undefined). */
  #assign(
    order: readonly Placement[],
    start: Integer,
    data: Integer | 'aligned' | undefined,
  ): { end: Integer; dataStart: Integer } {
    for (const output of this.#outputs) this.#placeInputs(output);
    let dot = start;
    let dataStart: Integer = 0;
    const provide = (name: string, always: boolean): void => {
      this.#provided.set(name, { value: dot, section: '', always });
    };
    for (const entry of order) {
      if (typeof entry !== 'string') {
        entry.address = alignInteger(dot, entry.alignment);
        // An empty section moves nothing, unless the script assigns something in it.
        if (entry.size === 0 && !assigned.has(entry.name)) continue;
        dot = entry.address;
        const startSymbol = startSymbols[entry.name];
        if (startSymbol) provide(startSymbol, true);
        dot = integer.add(dot, entry.size);
        if (entry.name === '.bss') {
          // The script pads .bss itself.
          const end = alignInteger(dot, 8);
          entry.size = Number(integer.subtract(end, entry.address));
          dot = end;
        }
        continue;
      }
      switch (entry) {
        case 'data-segment':
          dot = data === undefined ? dataSegment.start(dot) : data === 'aligned' ? alignInteger(dot, 0x1000) : data;
          dataStart = dot;
          break;
        case 'protected-end':
          if (dataSegment.protectedStart(order) !== undefined) dot = alignInteger(dot, 0x1000);
          break;
        case 'align-end':
          dot = alignInteger(dot, 8);
          break;
        case 'global-pointer':
          this.#provideGlobalPointer(dot);
          break;
        default:
          provide(entry.replace('?', ''), !entry.endsWith('?'));
      }
    }
    return { end: dot, dataStart };
  }

  /** gp in the middle of the small data, as the default script of ld says. */
  #provideGlobalPointer(end: Integer): void {
    const small = integer.add(this.#provided.get('__SDATA_BEGIN__')!.value, 0x800);
    const data = integer.add(this.#provided.get('__DATA_BEGIN__')!.value, 0x800);
    const last = integer.subtract(end, 0x800);
    const high = compare(data, last) > 0 ? data : last;
    this.#provided.set('__global_pointer$', {
      value: compare(small, high) < 0 ? small : high,
      section: '',
      always: true,
    });
  }

  #fillOutput(output: OutputSection): void {
    if (output.type === SectionType.Nobits) return;
    output.bytes = new Uint8Array(output.size);
    // Gaps between the code of different inputs hold instructions that do nothing, as ld fills them.
    for (const input of output.inputs) output.bytes.set(input.bytes, this.#places.get(input)!.offset);
  }

  #fillTable(): void {
    if (!this.#table) return;
    const { section, slots } = this.#table;
    const place = this.#places.get(section)!;
    const view = new DataView(place.output.bytes.buffer);
    for (const object of this.objects) {
      for (const input of object.sections) {
        for (const { type, symbol } of input.relocations) {
          if (!Relocator.usesTable(type)) continue;
          const target = this.resolve(symbol);
          view.setBigUint64(place.offset + slots.get(slotKey(symbol))!, integer.toUnsigned(target?.value ?? 0), true);
        }
      }
    }
  }

  // The result

  #program(): Program {
    const loaded = this.#outputs.filter((output) => output.size > 0);
    const sections: ProgramSection[] = loaded.map((output) => ({
      name: output.name,
      address: integer.toUnsigned(output.address),
      size: output.size,
      alignment: output.alignment,
      bytes: output.bytes,
      type: output.type,
      flags: output.flags,
    }));
    const text =
      sections.find((section) => section.name === '.text') ??
      sections.find((section) => section.flags & SectionFlag.Execute);
    const entrySymbol =
      this.#globals.get(this.layout.entry ?? '_start') ?? this.#localNamed(this.layout.entry ?? '_start');
    const entry = entrySymbol && this.resolve(entrySymbol);
    if (!entry && this.layout.entry !== undefined) {
      this.report(
        'error',
        'entry',
        `the entry symbol '${this.layout.entry}' is not defined`,
        undefined,
        this.objects[0]?.path ?? '',
      );
    }
    return {
      entry: entry ? integer.toUnsigned(entry.value) : (text?.address ?? this.layout.textBase),
      segments: segmentsOf(sections),
      symbols: this.#symbols(),
      lines: new LineTable(() => this.#lineRows()),
      sections,
    };
  }

  /** `_start` without .globl is what the programmer means all the same. */
  #localNamed(name: string): ObjectSymbol | undefined {
    for (const object of this.objects) {
      const found = object.symbols.find((symbol) => symbol.name === name && symbol.section !== 'undefined');
      if (found) return found;
    }
    return undefined;
  }

  #symbols(): ProgramSymbol[] {
    const symbols: ProgramSymbol[] = [];
    const seen = new Set<string>();
    for (const object of this.objects) {
      for (const symbol of object.symbols) {
        if (symbol.name === '' || symbol.section === 'undefined') continue;
        if (symbol.binding !== 'local') {
          if (seen.has(symbol.name) || (this.#globals.get(symbol.name) !== symbol && symbol.section !== 'common'))
            continue;
          seen.add(symbol.name);
        }
        const at = this.resolve(symbol);
        if (at) symbols.push(this.#programSymbol(symbol, at.value));
      }
    }
    for (const [name, { value, section, always }] of this.#provided) {
      if (seen.has(name) || !(always || this.#globals.has(name))) continue;
      symbols.push({ name, value: integer.toUnsigned(value), size: 0, type: 'notype', binding: 'global', section });
    }
    return symbols;
  }

  #programSymbol(symbol: ObjectSymbol, value: Integer): ProgramSymbol {
    const section = symbol.section === 'common' ? this.#commons.get(symbol.name)!.section : symbol.section;
    const output = typeof section === 'string' ? undefined : this.#places.get(section)?.output.name;
    const origin = symbol.definition?.origin;
    return {
      name: symbol.name,
      value: integer.toUnsigned(value),
      size: symbol.size,
      type:
        section === 'absolute' ? 'absolute' : symbol.type === 'tls' || symbol.type === 'ifunc' ? 'notype' : symbol.type,
      binding: symbol.binding,
      section: output ?? '',
      ...(origin ? { definition: { file: origin.file, line: origin.line, column: origin.column ?? 0 } } : {}),
    };
  }

  #lineRows(): LineRow[] {
    const rows: LineRow[] = [];
    for (const object of this.objects) {
      for (const line of object.lines) {
        const place = this.#places.get(line.section);
        if (!place) continue;
        const start = integer.add(place.output.address, place.offset + line.offset);
        rows.push({
          address: integer.toUnsigned(start),
          end: integer.toUnsigned(integer.add(start, line.end - line.offset)),
          origin: line.origin,
          isStatement: line.isStatement,
        });
      }
    }
    return rows;
  }
}

/** Where ld's symbol table keeps a name: it places common symbols in the order of that table. */
function bucketOf(name: string): number {
  const mask = 0xffff_ffff_ffff_ffffn;
  let hash = 0n;
  const mix = (value: bigint): void => {
    hash = (hash + value + (value << 17n)) & mask;
    hash ^= hash >> 2n;
  };
  const bytes = new TextEncoder().encode(name);
  for (const byte of bytes) mix(BigInt(byte));
  mix(BigInt(bytes.length));
  return Number(hash % 4051n);
}

/** Sections in which the script assigns symbols or the location: they keep their place when they are empty. */
const assigned: ReadonlySet<string> = new Set(['.data', '.sdata', '.bss']);

/** Symbols of the script that stand at the start of a section, after its alignment, when it has contents. */
const startSymbols: Readonly<Record<string, string>> = { '.data': '__DATA_BEGIN__', '.sdata': '__SDATA_BEGIN__' };

const strong = 3;
const mergedFlags = SectionFlag.Alloc | SectionFlag.Write | SectionFlag.Execute | SectionFlag.Tls;
/** The first entry of a global offset table is the linker's own. */
const tableHeader = 8;

function rank(symbol: ObjectSymbol): number {
  if (symbol.section === 'undefined') return 0;
  if (symbol.section === 'common') return 2;
  return symbol.binding === 'weak' ? 1 : strong;
}

/** Names a symbol's slot in the global offset table: globals by name, local symbols by themselves. */
function slotKey(symbol: ObjectSymbol): string | ObjectSymbol {
  return symbol.binding === 'local' ? symbol : symbol.name;
}

function emptySection(name: string, type: number, flags: number, alignment: number, size: number): ObjectSection {
  return { name, type, flags, alignment, bytes: new Uint8Array(0), size, entrySize: 0, relocations: [] };
}

function firstContents(inputs: readonly ObjectSection[]): ObjectSection {
  return inputs.find((input) => input.type !== SectionType.Nobits) ?? inputs[0]!;
}

function alignNumber(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

function alignInteger(value: Integer, alignment: number): Integer {
  return integer.and(integer.add(value, alignment - 1), -alignment);
}

/** Orders addresses as unsigned numbers. */
function compare(a: Integer, b: Integer): number {
  if (typeof a === 'number' && typeof b === 'number' && a >= 0 && b >= 0) return a - b;
  const [x, y] = [integer.toUnsigned(a), integer.toUnsigned(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Sections with the same permissions that follow each other make one segment. */
function segmentsOf(sections: readonly ProgramSection[]): Segment[] {
  const segments: Segment[] = [];
  let run: ProgramSection[] = [];
  const flush = (): void => {
    const first = run[0];
    if (!first) return;
    const last = run.at(-1)!;
    const memorySize = Number(last.address - first.address) + last.size;
    const filled = run.filter((section) => section.type !== SectionType.Nobits).at(-1);
    const bytes = new Uint8Array(filled ? Number(filled.address - first.address) + filled.size : 0);
    for (const section of run)
      if (section.type !== SectionType.Nobits) bytes.set(section.bytes, Number(section.address - first.address));
    segments.push({
      address: first.address,
      loadAddress: first.address,
      bytes,
      memorySize,
      readable: true,
      writable: (first.flags & SectionFlag.Write) !== 0,
      executable: run.some((section) => section.flags & SectionFlag.Execute),
    });
    run = [];
  };
  for (const section of sections) {
    const before = run.at(-1);
    const gap = before ? section.address - (before.address + BigInt(before.size)) : 0n;
    const same = before && (before.flags & SectionFlag.Write) === (section.flags & SectionFlag.Write);
    // Data cannot follow zeroed memory in one segment, since a file's bytes stand before its zeros.
    const afterZeros = before?.type === SectionType.Nobits && section.type !== SectionType.Nobits;
    if (before && (!same || afterZeros || gap < 0n || gap > 0x1000n)) flush();
    run.push(section);
  }
  flush();
  return segments;
}
