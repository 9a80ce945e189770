import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import type { ObjectSection, ObjectSymbol, Relocation } from '../../object/elf/relocatable';
import type { RelaxTarget } from '../relaxation/relax';
import { absolute, type ScriptValue } from '../scripts/evaluate';
import type { ScriptLayout } from '../scripts/layout';
import type { MergedSection } from '../sections/merge-sections';
import type { OffsetTable } from '../sections/offset-table';
import type { InputSection, OutputSection } from '../sections/sections';
import type { UnwindTables } from '../sections/unwind-tables';
import type { CommonStorage } from './common-symbols';
import type { LinkSymbols } from './symbols';

/** A symbol's address. */
export interface Resolved {
  readonly value: Integer;
  /** Whether 0 stands for a weak symbol that nothing defines. */
  readonly weak: boolean;
}

/** What the program's tables for its loader say, where it has them. */
export interface DynamicLinking {
  /** Where .dynamic is. */
  readonly address: Integer;
  /** Whether something calls a symbol, or has its address from the table. */
  calls(name: string): boolean;
  /** Whether a symbol is in .dynsym. */
  names(name: string): boolean;
  /** Whether the loader writes what a relocation asks for. */
  isPending(input: InputSection, type: number): boolean;
}

/** Where symbols and places of sections are in the program, as far as the link has come. */
export class Resolver {
  commons: CommonStorage = { symbols: new Map(), sections: [] };
  merged: ReadonlyMap<ObjectSection, MergedSection> = new Map();
  unwindTables: UnwindTables | undefined;
  table: OffsetTable | undefined;
  script: ScriptLayout | undefined;
  dynamic: DynamicLinking | undefined;
  /** Where the thread-local storage of the program begins. */
  threadStorage: OutputSection | undefined;
  readonly #inputOf = new Map<ObjectSection, InputSection>();

  constructor(readonly symbols: LinkSymbols) {}

  /** Says which section of the link a section of an object is, or what merging made of it. */
  enter(section: ObjectSection, input: InputSection): void {
    this.#inputOf.set(section, input);
  }

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
    const moved = this.merged.get(section) ?? this.unwindTables?.sections.get(section);
    const merged = moved?.place(Number(value));
    if (merged) return { input: this.#inputOf.get(merged.section), offset: merged.offset };
    const input = this.#inputOf.get(section);
    return { input, offset: input?.relaxed && typeof value === 'number' ? input.moved(value) : value };
  }

  #scripted(symbol: ObjectSymbol): ScriptValue | undefined {
    if (symbol.binding === 'local' && symbol.section !== 'undefined') return undefined;
    return this.script?.symbols.get(symbol.name);
  }

  /** The address that a relocation asks for: its symbol's, with the addend. */
  target({ symbol, addend }: Relocation): Resolved | undefined {
    if (symbol.type === 'section' && typeof symbol.section !== 'string' && this.merged.has(symbol.section)) {
      // The symbol of a section and an offset name an entry of it together.
      return this.#addressOf(symbol.section, integer.add(symbol.value, addend));
    }
    const found = this.resolve(symbol);
    return found && { value: integer.add(found.value, addend), weak: found.weak };
  }

  /** The address of a symbol; undefined when it has none. */
  resolve(symbol: ObjectSymbol): Resolved | undefined {
    const scripted = this.#scripted(symbol);
    if (scripted) return { value: integer.fromBigint(absolute(scripted)), weak: false };
    const found = this.#storageOf(this.symbols.definitionOf(symbol));
    const { section, value } = found;
    if (section === 'absolute') return { value, weak: false };
    if (section === 'undefined' || section === 'common')
      return found.binding === 'weak' ? { value: 0, weak: true } : undefined;
    // The symbol of a section of unwind tables stays where the section begins, whatever its first entry became.
    const isStart = found.type === 'section' && this.unwindTables?.sections.has(section);
    return this.#addressOf(isStart ? this.unwindTables!.sections.get(section)!.section : section, value);
  }

  #addressOf(section: ObjectSection, value: Integer): Resolved | undefined {
    const { input, offset } = this.#placeIn(section, value);
    return input?.output && { value: integer.add(input.address, offset), weak: false };
  }

  /** The address of a global name. */
  resolveName(name: string): Resolved | undefined {
    const scripted = this.script?.symbols.get(name);
    if (scripted) return { value: integer.fromBigint(absolute(scripted)), weak: false };
    const found = this.symbols.globals.get(name);
    return found && found.section !== 'undefined' ? this.resolve(found) : undefined;
  }

  /** What a symbol of an object is in an expression of the script: its place in its output section. */
  scriptValue(symbol: ObjectSymbol): ScriptValue | undefined {
    const { section, value } = this.#storageOf(symbol);
    if (section === 'absolute') return { value: integer.toUnsigned(value), section: 'absolute' };
    const place = typeof section === 'string' ? undefined : this.#placeIn(section, value);
    // ld takes what is left out for a part of nothing: its symbols are offsets.
    if (place?.input?.discarded) return { value: integer.toUnsigned(place.offset), section: 'absolute' };
    if (!place?.input?.output) return undefined;
    const { offset, output } = place.input;
    return { value: BigInt.asUintN(64, BigInt(offset) + BigInt(place.offset)), section: output };
  }

  /** The output section in which a global name lies. */
  outputOfName(name: string): OutputSection | undefined {
    const scripted = this.script?.symbols.get(name);
    if (scripted) return typeof scripted.section === 'object' ? scripted.section : undefined;
    const found = this.symbols.globals.get(name);
    return found && this.outputOf(found);
  }

  /** The output section in which a symbol lies. */
  outputOf(symbol: ObjectSymbol): OutputSection | undefined {
    const { section, value } = this.#storageOf(symbol);
    return typeof section === 'string' ? undefined : this.#placeIn(section, value).input?.output;
  }

  /** Where the table for the dynamic linker is; 0 in a program without one. */
  get dynamicTable(): Integer {
    return this.dynamic?.address ?? 0;
  }

  /** Whether the loader writes the addresses of symbols into their slots. */
  get slotsAreWrittenLater(): boolean {
    return this.dynamic !== undefined;
  }

  /** A symbol's size after relaxation. */
  sizeOf(symbol: ObjectSymbol): number {
    const { section, value, size } = symbol;
    const input = typeof section === 'string' ? undefined : this.#inputOf.get(section);
    if (!input?.relaxed || size === 0) return size;
    return input.moved(Number(value) + size) - input.moved(Number(value));
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

  /** What an instruction refers to while code is made shorter. */
  relaxTarget(input: InputSection, { symbol, addend, offset: at }: Relocation): RelaxTarget | undefined {
    if (symbol.name === '' && symbol.section === 'absolute') {
      // ld takes an address without a symbol for one near the instruction while it makes code shorter.
      const value = integer.add(integer.add(input.address, input.moved(at)), addend);
      return { value, flags: input.source.flags, output: input.output, reserve: 0, undefinedWeak: false };
    }
    const found = this.symbols.definitionOf(symbol);
    const reserve = found.type === 'function' && found.binding !== 'local' ? 0 : remaining(found.size, addend);
    const scripted = symbol.binding === 'local' ? undefined : this.script?.symbols.get(symbol.name);
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
    const together = found.type === 'section' && this.merged.has(section);
    const place = this.#placeIn(section, together ? integer.add(value, addend) : value);
    const { output } = place.input ?? {};
    if (!place.input || !output) return undefined;
    const address = integer.add(place.input.address, place.offset);
    const reached = together ? address : integer.add(address, addend);
    return { value: reached, flags: place.input.source.flags, output, reserve, undefinedWeak: false };
  }
}

/** Bytes of a symbol beyond an offset in it, read as ld reads them: none where the offset is outside. */
function remaining(size: number, addend: Integer): number {
  return addend >= 0 && addend <= size ? size - Number(addend) : 0;
}
