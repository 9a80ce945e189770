import type { Integer } from '../../object/integer';
import * as integer from '../../object/integer';
import type { Program } from '../../object/program';
import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  type Relocation,
  SectionFlag,
  SectionType,
} from '../../object/relocatable';
import type { Diagnostic } from '../diagnostic';
import { complete, type Steps } from '../steps';
import { type CommonStorage, placeCommonSymbols } from './common-symbols';
import { mapOf } from './map';
import { type MergedSection, mergeSections } from './merge-sections';
import { OffsetTable } from './offset-table';
import { programOf } from './program';
import { isRelaxable, Relaxer, type RelaxTarget } from './relaxation/relax';
import { Relocator } from './relocate';
import { LinkReporter, type UndefinedSeverity } from './reporter';
import { defaultScript } from './scripts/default-script';
import { absolute, type ScriptValue } from './scripts/evaluate';
import { ScriptLayout } from './scripts/layout';
import { type PlacedScript, placeSections } from './scripts/place';
import { protectsSections } from './scripts/protection';
import type { LinkerScript } from './scripts/syntax';
import { InputSection, type OutputSection } from './sections';
import { LinkSymbols } from './symbols';
import { UnwindTables } from './unwind-tables';

export type { UndefinedSeverity };

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

export interface LinkOptions {
  readonly layout?: Layout;
  /** Says what goes where; GNU ld's own layout at `layout.textBase` when absent. */
  readonly script?: LinkerScript | undefined;
  /**
   * Whether code is made shorter where its targets are near: true does all that ld does by default. When absent, nothing is
   * counted from gp in a program that never mentions `__global_pointer$`: it cannot have set gp up.
   */
  readonly relax?: boolean | undefined;
  readonly undefinedSymbols?: UndefinedSeverity;
}

export interface LinkResult {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
  /** What went where, as text. */
  readonly map: () => string;
}

/** A symbol's address. */
export interface Resolved {
  readonly value: Integer;
  /** Whether 0 stands for a weak symbol that nothing defines. */
  readonly weak: boolean;
}

const headersSize = 64n + 4n * 56n;
const globalPointerName = '__global_pointer$';

/** Links objects into one program, as `ld -static` does. Never throws. */
export function link(objects: readonly ObjectFile[], options: LinkOptions = {}): LinkResult {
  return complete(linkInSteps(objects, options));
}

export function* linkInSteps(objects: readonly ObjectFile[], options: LinkOptions): Steps<LinkResult> {
  const linker = new Linker(objects, options);
  yield;
  const program = yield* linker.link();
  return { program, diagnostics: linker.reporter.diagnostics, map: () => mapOf(linker) };
}

export class Linker {
  readonly reporter: LinkReporter;
  readonly symbols: LinkSymbols;
  readonly layout: Layout;
  /** All input sections, in the order of files and of sections in them. */
  readonly inputs: InputSection[] = [];
  readonly #inputOf = new Map<ObjectSection, InputSection>();
  readonly script: LinkerScript;
  commons: CommonStorage = { symbols: new Map(), sections: [] };
  placed: PlacedScript = { nodes: [], outputs: [], unmatchedFiles: [] };
  scriptLayout: ScriptLayout | undefined;
  #merged: ReadonlyMap<ObjectSection, MergedSection> = new Map();
  #unwindTables: UnwindTables | undefined;
  table: OffsetTable | undefined;
  #protects = false;

  constructor(
    readonly objects: readonly ObjectFile[],
    readonly options: LinkOptions,
  ) {
    this.layout = options.layout ?? defaultLayout;
    this.script = options.script ?? defaultScript();
    this.reporter = new LinkReporter(objects, options.undefinedSymbols ?? 'error');
    this.symbols = new LinkSymbols(objects, this.reporter);
  }

  *link(): Steps<Program> {
    this.#collectInputs();
    this.placed = placeSections(this.script, this.inputs);
    for (const { place, file } of this.placed.unmatchedFiles)
      this.reporter.script(place, `no file that is linked is named '${file.name}'`, 'linker-script-file');
    this.#protects = protectsSections(this.script, this.inputs);
    this.#merge();
    yield;
    yield* this.#layOut();
    for (const output of this.outputs) this.#fill(output);
    this.#unwindTables?.writePointers();
    this.scriptLayout?.writeData();
    this.#fillTable();
    yield;
    new Relocator(this).run();
    yield;
    return programOf(this);
  }

  /** The output sections of the program, in order of the script. */
  get outputs(): readonly OutputSection[] {
    return this.placed.outputs.filter((output) => output.exists && !output.removed);
  }

  // Steps

  #collectInputs(): void {
    const { symbols } = this;
    const commons = [...symbols.globals.values()].filter((symbol) => symbol.section === 'common');
    this.commons = placeCommonSymbols(commons, (name) => symbols.commonOwners.get(name), this.objects);
    this.table = OffsetTable.of(this.objects, symbols);
    const add = (file: ObjectFile, section: ObjectSection): void => {
      const input = new InputSection(file, section);
      this.inputs.push(input);
      this.#inputOf.set(section, input);
    };
    for (const object of this.objects) {
      for (const section of object.sections) {
        const isLinked = section.flags & SectionFlag.Alloc && !(section.flags & SectionFlag.Exclude);
        if (isLinked && !symbols.dropped.has(section)) add(object, section);
      }
      if (this.table?.owner === object) add(object, this.table.section);
      for (const { section, owner } of this.commons.sections) if (owner === object) add(object, section);
    }
  }

  #merge(): void {
    this.#merged = mergeSections(this.inputs);
    this.#unwindTables = new UnwindTables(this.placed.outputs, {
      definitionOf: (symbol) => this.symbols.definitionOf(symbol),
      isLeftOut: (section) =>
        this.symbols.dropped.has(section) || ((section.flags & SectionFlag.Alloc) !== 0 && !this.inputOf(section)),
    });
    for (const input of this.inputs) {
      const merged = this.#merged.get(input.source) ?? this.#unwindTables.sections.get(input.source);
      if (!merged) continue;
      input.merged = merged.section;
      input.size = merged.section.size;
      input.bytes = merged.section.bytes;
      this.#inputOf.set(merged.section, input);
    }
  }

  *#layOut(): Steps<void> {
    const { layout, options } = this;
    const segments = new Map([['text-segment', layout.textBase]]);
    if (layout.dataBase !== undefined) segments.set('data-segment', layout.dataBase);
    const script = new ScriptLayout(
      this.script,
      this.placed,
      this.#layoutHost(),
      segments,
      this.#protects,
      headersSize,
    );
    this.scriptLayout = script;
    script.mark();
    script.size();
    const relaxable = new Set(this.inputs.filter((input) => input.output && isRelaxable(input)));
    if (relaxable.size > 0) {
      const relaxer = new Relaxer(this.#relaxHost());
      const rounds = options.relax === false ? 0 : mostRounds;
      for (let round = 0, changed = true; changed && round < rounds; round++) {
        script.assign();
        changed = script.size((input) => relaxable.has(input) && relaxer.shorten(input));
        yield;
      }
      script.assign();
      script.size((input) => {
        if (relaxable.delete(input)) relaxer.align(input);
        return false;
      });
    }
    script.assign();
    script.size();
    script.finish();
  }

  #layoutHost() {
    return {
      definition: (name: string): ScriptValue | undefined => {
        const found = this.symbols.globals.get(name);
        return found && found.section !== 'undefined' ? this.#scriptValueOf(found) : undefined;
      },
      isReferenced: (name: string): boolean =>
        this.symbols.globals.get(name)?.section === 'undefined' || this.symbols.globals.has(name),
      report: this.reporter.script.bind(this.reporter),
    };
  }

  #scriptValueOf(symbol: ObjectSymbol): ScriptValue | undefined {
    const { section, value } = this.#storageOf(symbol);
    if (section === 'absolute') return { value: integer.toUnsigned(value), section: 'absolute' };
    const place = typeof section === 'string' ? undefined : this.#placeIn(section, value);
    if (!place?.input?.output) return undefined;
    return {
      value: BigInt.asUintN(64, BigInt(place.input.offset) + BigInt(place.offset)),
      section: place.input.output,
    };
  }

  #relaxHost() {
    const { outputs } = this;
    const isSetUp = this.options.relax === true || this.symbols.globals.has(globalPointerName);
    const pointer = (): { value: Integer; output: OutputSection | undefined } | undefined => {
      if (!isSetUp) return undefined;
      const found = this.resolveName(globalPointerName);
      return found && { value: found.value, output: this.outputOfName(globalPointerName) };
    };
    return {
      targetOf: (input: InputSection, relocation: Relocation) => this.#relaxTarget(input, relocation),
      globalPointer: pointer,
      maximumAlignment: outputs.reduce((most, { alignment }) => Math.max(most, alignment), 1),
      protects: this.#protects,
      threadOffset: (value: Integer) => this.threadOffset(value),
      reportAlignment: (input: InputSection, relocation: Relocation, needed: number) => {
        const message = `${needed} bytes are needed for the alignment, and the object has space for ${relocation.addend}`;
        this.reporter.relocation(input, relocation, 'alignment', message);
      },
    };
  }

  #relaxTarget(input: InputSection, { symbol, addend, offset: at }: Relocation): RelaxTarget | undefined {
    if (symbol.name === '' && symbol.section === 'absolute') {
      // ld takes an address without a symbol for one near the instruction while it makes code shorter.
      const value = integer.add(integer.add(input.address, input.moved(at)), addend);
      return { value, flags: input.source.flags, output: input.output, reserve: 0, undefinedWeak: false };
    }
    const found = this.symbols.definitionOf(symbol);
    const reserve = found.type === 'function' && found.binding !== 'local' ? 0 : remaining(found.size, addend);
    const scripted = symbol.binding === 'local' ? undefined : this.scriptLayout?.symbols.get(symbol.name);
    if (scripted) {
      const output = typeof scripted.section === 'object' ? scripted.section : undefined;
      const value = integer.add(integer.fromBigint(absolute(scripted)), addend);
      return { value, flags: output?.flags ?? 0, output, reserve, undefinedWeak: false };
    }
    if (found.type === 'ifunc') return undefined;
    if (found.section === 'undefined') {
      if (found.binding !== 'weak') return undefined;
      return { value: addend, flags: 0, output: undefined, reserve: 0, undefinedWeak: true };
    }
    const { section, value } = this.#storageOf(found);
    if (typeof section === 'string')
      return { value: integer.add(value, addend), flags: 0, output: undefined, reserve, undefinedWeak: false };
    // The symbol of a section and an offset name a shared constant together.
    const together = found.type === 'section' && this.#merged.has(section);
    const place = this.#placeIn(section, together ? integer.add(value, addend) : value);
    const { output } = place.input ?? {};
    if (!place.input || !output) return undefined;
    const address = integer.add(place.input.address, place.offset);
    const reached = together ? address : integer.add(address, addend);
    return { value: reached, flags: place.input.source.flags, output, reserve, undefinedWeak: false };
  }

  #fill(output: OutputSection): void {
    if (output.type === SectionType.Nobits) return;
    output.bytes = new Uint8Array(output.size);
    for (const input of output.inputs) {
      if (input.source.type === SectionType.Nobits) continue;
      output.bytes.set(input.relaxed ? input.relaxed.compacted() : input.bytes, input.offset);
    }
  }

  #fillTable(): void {
    const input = this.table && this.#inputOf.get(this.table.section);
    if (input?.output && this.table) this.table.fill(input.output.bytes, input.offset, this);
  }

  // What relocations and the program ask

  inputOf(section: ObjectSection): InputSection | undefined {
    const input = this.#inputOf.get(section);
    return input?.output ? input : undefined;
  }

  /** A common symbol where it was placed; any other as it is. */
  #storageOf(symbol: ObjectSymbol): ObjectSymbol {
    return symbol.section === 'common' ? (this.commons.symbols.get(symbol.name) ?? symbol) : symbol;
  }

  /** Where a place of a section is now. */
  #placeIn(section: ObjectSection, value: Integer): { input: InputSection | undefined; offset: Integer } {
    const moved = this.#merged.get(section) ?? this.#unwindTables?.sections.get(section);
    const merged = moved?.place(Number(value));
    if (merged) return { input: this.#inputOf.get(merged.section), offset: merged.offset };
    const input = this.#inputOf.get(section);
    return { input, offset: input?.relaxed && typeof value === 'number' ? input.moved(value) : value };
  }

  /** The address that a relocation asks for: its symbol's, with the addend. */
  target({ symbol, addend }: Relocation): Resolved | undefined {
    if (symbol.type === 'section' && typeof symbol.section !== 'string' && this.#merged.has(symbol.section)) {
      // The symbol of a section and an offset name an entry of it together.
      return this.#addressOf(symbol.section, integer.add(symbol.value, addend));
    }
    const found = this.resolve(symbol);
    return found && { value: integer.add(found.value, addend), weak: found.weak };
  }

  /** The address of a symbol; undefined when it has none. */
  resolve(symbol: ObjectSymbol): Resolved | undefined {
    if (symbol.binding !== 'local' || symbol.section === 'undefined') {
      const scripted = this.scriptLayout?.symbols.get(symbol.name);
      if (scripted) return { value: integer.fromBigint(absolute(scripted)), weak: false };
    }
    const found = this.#storageOf(this.symbols.definitionOf(symbol));
    const { section, value } = found;
    if (section === 'absolute') return { value, weak: false };
    if (section === 'undefined' || section === 'common')
      return found.binding === 'weak' ? { value: 0, weak: true } : undefined;
    // The symbol of a section of unwind tables stays where the section begins, whatever its first entry became.
    const isStart = found.type === 'section' && this.#unwindTables?.sections.has(section);
    return this.#addressOf(isStart ? this.#unwindTables!.sections.get(section)!.section : section, value);
  }

  #addressOf(section: ObjectSection, value: Integer): Resolved | undefined {
    const { input, offset } = this.#placeIn(section, value);
    // A section that is not loaded has no addresses.
    return input?.output && { value: integer.add(input.address, offset), weak: false };
  }

  /** The address of a global name. */
  resolveName(name: string): Resolved | undefined {
    const scripted = this.scriptLayout?.symbols.get(name);
    if (scripted) return { value: integer.fromBigint(absolute(scripted)), weak: false };
    const found = this.symbols.globals.get(name);
    return found && found.section !== 'undefined' ? this.resolve(found) : undefined;
  }

  /** The output section in which a global name lies. */
  outputOfName(name: string): OutputSection | undefined {
    const scripted = this.scriptLayout?.symbols.get(name);
    if (scripted) return typeof scripted.section === 'object' ? scripted.section : undefined;
    const found = this.symbols.globals.get(name);
    return found && this.outputOf(found);
  }

  /** The output section in which a symbol lies. */
  outputOf(symbol: ObjectSymbol): OutputSection | undefined {
    const { section, value } = this.#storageOf(symbol);
    return typeof section === 'string' ? undefined : this.#placeIn(section, value).input?.output;
  }

  /** A symbol's size after relaxation. */
  sizeOf(symbol: ObjectSymbol): number {
    const { section, value, size } = symbol;
    const input = typeof section === 'string' ? undefined : this.#inputOf.get(section);
    if (!input?.relaxed || size === 0) return size;
    return input.moved(Number(value) + size) - input.moved(Number(value));
  }

  /** Where the thread-local storage of the program begins. */
  get threadStorage(): OutputSection | undefined {
    return this.outputs.find(({ flags }) => flags & SectionFlag.Tls);
  }

  /** The offset of a thread-local address from the thread pointer, which points to where the storage begins. */
  threadOffset(value: Integer): Integer {
    const { threadStorage } = this;
    return threadStorage ? integer.subtract(value, threadStorage.address) : 0;
  }

  /** The address of a slot in the global offset table. */
  slotAddress(relocation: Relocation): Integer | undefined {
    const slot = this.table?.slotOf(relocation);
    const input = this.table && this.#inputOf.get(this.table.section);
    return slot === undefined || !input?.output ? undefined : integer.add(input.address, slot);
  }
}

const mostRounds = 100;

/** Bytes of a symbol beyond an offset in it, read as ld reads them: none where the offset is outside. */
function remaining(size: number, addend: Integer): number {
  return addend >= 0 && addend <= size ? size - Number(addend) : 0;
}
