import { knownSection } from '../../object/elf/known-sections';
import { SectionType } from '../../object/elf/relocatable';
import type { SymbolTable } from './symbol-table';
import {
  type AssemblySymbol,
  absoluteName,
  ObjectSectionSource,
  Section,
  type SectionAttributes,
} from './symbols-and-sections';

interface SectionState {
  readonly section: Section;
  readonly previous: Section | undefined;
}

/** The sections of a source, and which of them is the current one. */
export class SectionTable {
  /** In order of creation. */
  readonly outputs: ObjectSectionSource[] = [];
  /** Where statements put what they give. */
  current: Section;
  readonly #symbols: SymbolTable;
  readonly #outputsByName = new Map<string, ObjectSectionSource[]>();
  #previous: Section | undefined;
  readonly #stack: SectionState[] = [];

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
    this.current = this.named('.text');
    for (const name of ['.data', '.bss']) this.named(name);
  }

  /** Every subsection, in order of the sections' creation and the subsections' numbers. */
  get all(): readonly Section[] {
    return this.outputs.flatMap((output) => output.subsections);
  }

  /** The section that a directive names, if it is there. */
  find(name: string, attributes?: Partial<SectionAttributes>): ObjectSectionSource | undefined {
    return this.#outputsByName.get(name)?.find((output) => output.is(name, attributes));
  }

  /** The section that a directive names, made when it is new; its type and flags are the name's unless they are given. */
  output(name: string, attributes?: SectionAttributes, listed = true): ObjectSectionSource {
    const found = this.find(name, attributes);
    if (found) return found;
    const known = knownSection(name);
    const given = attributes ?? { type: known?.type ?? SectionType.Progbits, flags: known?.flags ?? 0, entrySize: 0 };
    const others = this.#outputsByName.get(name);
    const symbol = others ? undefined : this.#symbols.sectionSymbol(name);
    const output = new ObjectSectionSource(name, given, symbol && listed ? this.#sectionOrder(symbol) : 0);
    this.outputs.push(output);
    if (others) others.push(output);
    else this.#outputsByName.set(name, [output]);
    if (symbol) symbol.section = output;
    return output;
  }

  /** The place of a section's symbol; only the first of a name has one yet. */
  #sectionOrder(symbol: AssemblySymbol): number {
    const { order } = symbol;
    symbol.order = 0;
    return order || this.#symbols.nextOrder();
  }

  /** A subsection of the section of this name. */
  named(name: string, subsection = 0): Section {
    return this.subsection(this.output(name), subsection);
  }

  subsection(output: ObjectSectionSource, number: number): Section {
    const found = output.byNumber.get(number);
    if (found) return found;
    const section = new Section(output, number);
    output.byNumber.set(number, section);
    output.subsections.push(section);
    const symbol = this.#symbols.find(output.name);
    if (symbol?.section === output && !(symbol.place && symbol.place.section.subsection < number))
      symbol.place = { section, offset: 0, part: 0 };
    return section;
  }

  /** Makes a section the current one. */
  enter(section: Section): void {
    this.#previous = this.current;
    this.current = section;
  }

  /** `.struct`: labels are numbers from here on, beginning with `offset`. */
  enterAbsolute(offset: number): void {
    const output = new ObjectSectionSource(absoluteName, { type: SectionType.Nobits, flags: 0, entrySize: 0 }, 0);
    const section = new Section(output, 0);
    section.length = offset;
    this.enter(section);
  }

  /** `.previous`: swaps the current section with the one before; false when there was none. */
  enterPrevious(): boolean {
    if (!this.#previous) return false;
    const section = this.current;
    this.current = this.#previous;
    this.#previous = section;
    return true;
  }

  push(): void {
    this.#stack.push({ section: this.current, previous: this.#previous });
  }

  pop(): boolean {
    const state = this.#stack.pop();
    if (!state) return false;
    this.current = state.section;
    this.#previous = state.previous;
    return true;
  }
}
