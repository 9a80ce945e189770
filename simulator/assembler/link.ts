import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import { type LineRow, LineTable } from '../object/line-table';
import type { Program, ProgramSection, ProgramSymbol } from '../object/program';
import {
  type ObjectFile,
  type ObjectPosition,
  type ObjectSection,
  type ObjectSymbol,
  type Relocation,
  SectionFlag,
  SectionType,
} from '../object/relocatable';
import { type CommonStorage, placeCommonSymbols } from './common-symbols';
import { clipped, type Diagnostic, type Severity } from './diagnostic';
import { rangeOf, relatedCalls } from './frames';
import { outputName } from './link-layout';
import { MemoryMap } from './memory-map';
import { type MergedSection, mergeSections } from './merge-sections';
import { suggestSymbols } from './object-file';
import { OffsetTable } from './offset-table';
import { Relocator } from './relocate';
import { segmentsOf } from './segments';

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
  readonly #globals = new Map<string, ObjectSymbol>();
  #map: MemoryMap = MemoryMap.empty;
  /** The object whose definition of a common symbol counts. */
  readonly #commonOwners = new Map<string, ObjectFile>();
  #commons: CommonStorage = { symbols: new Map(), sections: [] };
  #merged: ReadonlyMap<ObjectSection, MergedSection> = new Map();
  #table: OffsetTable | undefined;

  constructor(
    readonly objects: readonly ObjectFile[],
    readonly layout: Layout,
    readonly undefinedSeverity: UndefinedSeverity,
  ) {}

  link(): LinkResult {
    this.#collectGlobals();
    const commons = [...this.#globals.values()].filter((symbol) => symbol.section === 'common');
    this.#commons = placeCommonSymbols(commons, (name) => this.#commonOwners.get(name), this.objects);
    this.#merged = mergeSections(this.objects);
    this.#table = OffsetTable.of(this.objects);
    this.#groupSections();
    this.#map = new MemoryMap(this.#outputs, this.layout);
    const overlap = this.#map.overlap();
    if (overlap) {
      const [first, second] = overlap;
      const message = `section '${second.name}' at ${integer.toHex(second.address)} begins inside of section '${first.name}': the layout leaves too little room`;
      this.report('error', 'overlap', message, undefined, this.objects[0]?.path ?? '');
    }
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
    return this.#map.places.get(section);
  }

  /** The address that a relocation asks for: its symbol's, with the addend. */
  target({ symbol, addend }: Relocation): { value: Integer; weak: boolean } | undefined {
    const merged = symbol.type === 'section' ? this.#merged.get(symbol.section as ObjectSection) : undefined;
    if (merged) {
      // The symbol of a section and an offset name an entry of it together.
      const { section, offset } = merged.place(Number(integer.add(symbol.value, addend)));
      return this.#addressOf(section, offset);
    }
    const found = this.resolve(symbol);
    return found && { value: integer.add(found.value, addend), weak: found.weak };
  }

  /** The address of a symbol; undefined when it has none. `weak` says that 0 stands for a missing weak symbol. */
  resolve(symbol: ObjectSymbol): { value: Integer; weak: boolean } | undefined {
    const found =
      symbol.binding === 'local' && symbol.section !== 'undefined'
        ? symbol
        : (this.#globals.get(symbol.name) ?? symbol);
    const { section } = found;
    if (section === 'absolute') return { value: found.value, weak: false };
    if (section === 'common') {
      const common = this.#commons.symbols.get(found.name)!;
      return this.#addressOf(common.section as ObjectSection, common.value);
    }
    if (section !== 'undefined') {
      const merged = this.#merged.get(section)?.place(Number(found.value));
      return merged ? this.#addressOf(merged.section, merged.offset) : this.#addressOf(section, found.value);
    }
    const provided = this.#map.provided.get(symbol.name);
    if (provided) return { value: provided.value, weak: false };
    return found.binding === 'weak' || symbol.binding === 'weak' ? { value: 0, weak: true } : undefined;
  }

  #addressOf(section: ObjectSection, offset: Integer): { value: Integer; weak: boolean } | undefined {
    const place = this.#map.places.get(section);
    // A section that is not loaded has no addresses.
    if (!place) return undefined;
    return { value: integer.add(integer.add(place.output.address, place.offset), offset), weak: false };
  }

  /** The address of a symbol's slot in the global offset table. */
  slotAddress(symbol: ObjectSymbol): Integer | undefined {
    const slot = this.#table?.slotOf(symbol);
    const place = this.#table && this.#map.places.get(this.#table.section);
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
      message: clipped(message),
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

  #groupSections(): void {
    const groups = new Map<string, { section: ObjectSection; order: number }[]>();
    const add = (section: ObjectSection): void => {
      const { name, order } = outputName(section.name);
      const group = groups.get(name);
      if (group) group.push({ section, order });
      else groups.set(name, [{ section, order }]);
    };
    for (const object of this.objects) {
      for (const section of object.sections)
        if (section.flags & SectionFlag.Alloc) add(this.#merged.get(section)?.section ?? section);
    }
    if (this.#table) add(this.#table.section);
    for (const section of this.#commons.sections) add(section);
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

  #fillOutput(output: OutputSection): void {
    if (output.type === SectionType.Nobits) return;
    output.bytes = new Uint8Array(output.size);
    for (const input of output.inputs) output.bytes.set(input.bytes, this.#map.places.get(input)!.offset);
  }

  #fillTable(): void {
    const place = this.#table && this.#map.places.get(this.#table.section);
    if (place) this.#table?.fill(place.output.bytes, place.offset, (symbol) => this.resolve(symbol)?.value ?? 0);
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
    const table = this.#table && this.#addressOf(this.#table.section, this.#table.symbolOffset);
    if (table)
      symbols.push({
        name: '_GLOBAL_OFFSET_TABLE_',
        value: integer.toUnsigned(table.value),
        size: 0,
        type: 'object',
        binding: 'local',
        section: '.got',
      });
    for (const [name, { value, always }] of this.#map.provided) {
      if (seen.has(name) || !(always || this.#globals.has(name))) continue;
      symbols.push({ name, value: integer.toUnsigned(value), size: 0, type: 'notype', binding: 'global', section: '' });
    }
    return symbols;
  }

  #programSymbol(symbol: ObjectSymbol, value: Integer): ProgramSymbol {
    const own = symbol.section === 'common' ? this.#commons.symbols.get(symbol.name)!.section : symbol.section;
    const section = typeof own === 'string' ? own : (this.#merged.get(own)?.section ?? own);
    const output = typeof section === 'string' ? undefined : this.#map.places.get(section)?.output.name;
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
        const place = this.#map.places.get(line.section);
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

const strong = 3;
const mergedFlags = SectionFlag.Alloc | SectionFlag.Write | SectionFlag.Execute | SectionFlag.Tls;

function rank(symbol: ObjectSymbol): number {
  if (symbol.section === 'undefined') return 0;
  if (symbol.section === 'common') return 2;
  return symbol.binding === 'weak' ? 1 : strong;
}

function firstContents(inputs: readonly ObjectSection[]): ObjectSection {
  return inputs.find((input) => input.type !== SectionType.Nobits) ?? inputs[0]!;
}
