import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { noSymbol, type ObjectSection, type ObjectSymbol, type SymbolBinding } from '../../object/elf/relocatable';
import { positionOf, type SourceSpan } from '../source/frames';
import { isConstant, offsetOf, settle } from './evaluation';
import type { MappingSymbol } from './mapping-symbols';
import { isLocalName, numericLabelOf } from './symbol-table';
import type { AssemblySymbol, Linear, ObjectSectionSource, Place, Section } from './symbols-and-sections';
import { copyAttributes, type Unit } from './unit';

/** The symbols of an object file, in the order in which GNU as lists them. */
export class ObjectSymbols {
  readonly #objects = new Map<AssemblySymbol, ObjectSymbol>();
  readonly #sections = new Map<ObjectSection, ObjectSymbol>();
  /** By their names with versions. */
  readonly #aliases = new Map<string, ObjectSymbol>();
  readonly #added: { readonly order: number; readonly symbol: ObjectSymbol }[] = [];
  constructor(
    readonly unit: Unit,
    readonly objectOf: (section: Section) => ObjectSection,
    readonly report: (span: SourceSpan, code: string, message: string) => void,
  ) {}

  /** What a symbol stands for in a relocation: itself, unless it is set to a number or to what this source does not define. */
  meaning(symbol: AssemblySymbol): Linear {
    const itself: Linear = { kind: 'linear', value: 0, add: symbol, subtract: undefined };
    if (symbol.place || !symbol.assigned) return itself;
    const value = settle(itself);
    // A weak reference is no symbol of the object.
    if (value && symbol.weakReference) return value;
    return !value || (value.add?.place && symbol.assigned.kind === 'linear') ? itself : value;
  }

  /** The object's symbol that a relocation refers to. */
  used(symbol: AssemblySymbol, span: SourceSpan): ObjectSymbol {
    if (symbol.replaced)
      this.report(
        span,
        'redefined-symbol',
        `'${symbol.name}' is set again later, so the linker cannot know which value is meant: give the second one another name`,
      );
    if (isRemoved(symbol)) {
      if (symbol.versions.length > 1) {
        const message = `'${symbol.name}' is removed and has several versions: the linker cannot know which one is meant`;
        this.report(span, 'symver', message);
      }
      return this.#versioned(symbol, symbol.versions[0]!);
    }
    if (!symbol.section) this.unit.symbols.list(symbol);
    return this.#objectOf(symbol);
  }

  /** Every symbol that the object lists. */
  list(): ObjectSymbol[] {
    const entries = [...this.#added];
    for (const symbol of this.unit.symbols.values()) {
      if (symbol.section) continue;
      if (symbol.binding === 'local' && isLocalName(symbol.name)) continue;
      if (symbol.weakReference || this.#isEquated(symbol)) continue;
      if (isRemoved(symbol)) continue;
      if (symbol.order === 0 && symbol.binding === 'local') continue;
      // Weak symbols that nothing names are left out.
      const needless = symbol.binding === 'weak' || symbol.versions.length > 0;
      const weak = symbol.weaklyReferenced || (needless && !symbol.firstUse);
      if (weak && !symbol.defined && !this.#objects.has(symbol)) continue;
      if (symbol.order === 0) symbol.order = this.unit.symbols.nextOrder();
      entries.push({ order: symbol.order, symbol: this.#objectOf(symbol) });
    }
    for (const [symbol, object] of this.#objects) {
      if (symbol.anonymous || (isLocalName(symbol.name) && symbol.binding === 'local'))
        if (symbol.order > 0) entries.push({ order: symbol.order, symbol: object });
    }
    entries.push(...this.#mappingSymbols());
    const seen = new Set<ObjectSymbol>();
    for (const { name, order } of this.unit.fileSymbols)
      entries.push({ order, symbol: { ...noSymbol, name, type: 'file' } });
    const sorted = entries.sort((a, b) => a.order - b.order).map(({ symbol }) => symbol);
    return sorted.filter((symbol) => !seen.has(symbol) && seen.add(symbol));
  }

  /** Notes a section's own symbol. */
  addSection(section: ObjectSection, order: number): void {
    this.#added.push({ order, symbol: this.#sectionSymbol(section) });
  }

  #sectionSymbol(section: ObjectSection): ObjectSymbol {
    let symbol = this.#sections.get(section);
    if (!symbol) {
      symbol = { ...noSymbol, name: section.name, section, type: 'section' };
      this.#sections.set(section, symbol);
    }
    return symbol;
  }

  /** A symbol that only names a group. */
  addSignature(group: ObjectSection, name: string): void {
    this.#added.push({ order: this.unit.symbols.nextOrder(), symbol: { ...noSymbol, name, section: group } });
  }

  /** Numeric labels that were used forwards and never came. */
  checkLabels(): void {
    for (const [symbol, object] of this.#objects) {
      if (!symbol.anonymous || object.section !== 'undefined' || !symbol.firstUse) continue;
      this.report(symbol.firstUse, 'undefined-label', `no label '${numericLabelOf(symbol.name)}:' after this line`);
    }
  }

  /** Further names, with versions, of symbols that are defined here. */
  addVersions(): void {
    for (const symbol of this.unit.symbols.values()) {
      if (symbol.versions.length === 0 || !symbol.defined || isRenamed(symbol)) continue;
      for (const name of symbol.versions)
        this.#added.push({ order: this.unit.symbols.nextOrder(), symbol: this.#versioned(symbol, name) });
    }
  }

  /** The further name with a version of a symbol that is defined here. */
  #versioned(symbol: AssemblySymbol, name: string): ObjectSymbol {
    let alias = this.#aliases.get(name);
    if (!alias) {
      alias = { ...this.#objectOf(symbol), name, binding: symbol.binding, visibility: symbol.visibility };
      this.#aliases.set(name, alias);
    }
    return alias;
  }

  /** Whether it only stands for a symbol of another file, which takes its place everywhere. */
  #isEquated(symbol: AssemblySymbol): boolean {
    if (symbol.place || !symbol.assigned) return false;
    const { add, subtract } = this.meaning(symbol);
    if (subtract) return false;
    if (add?.common && symbol.definition) {
      const message = `'${symbol.name}' is set to '${add.name}', whose storage the linker places: use that name`;
      this.report(symbol.definition, 'common', message);
    }
    return add !== undefined && add !== symbol && !add.place;
  }

  #objectOf(symbol: AssemblySymbol): ObjectSymbol {
    let object = this.#objects.get(symbol);
    if (!object) {
      object = this.#make(symbol);
      this.#objects.set(symbol, object);
    }
    return object;
  }

  #make(symbol: AssemblySymbol): ObjectSymbol {
    const { place, assigned } = symbol;
    if (symbol.section) return this.#sectionSymbol(this.objectOf(symbol.section.subsections[0]!));
    if (place) return this.#placed(symbol, place, 0);
    if (symbol.common) {
      if (symbol.binding === 'weak' && symbol.definition)
        this.report(symbol.definition, 'comm', `'${symbol.name}' is common storage: it cannot be weak as well`);
      const { size, alignment } = symbol.common;
      return { ...this.#base(symbol), section: 'common', value: alignment, size };
    }
    if (!assigned) {
      const binding: SymbolBinding =
        symbol.binding !== 'local' ? symbol.binding : symbol.weaklyReferenced ? 'weak' : 'global';
      return { ...this.#base(symbol), section: 'undefined', value: 0, binding };
    }
    const value = settle(assigned);
    if (value && isConstant(value)) return { ...this.#base(symbol), section: 'absolute', value: value.value };
    if (value?.add && !value.subtract) {
      if (value.value === 0) copyAttributes(symbol, value.add);
      if (value.add.place) return this.#placed(symbol, value.add.place, value.value);
      return this.#objectOf(value.add);
    }
    const message = `the value of '${symbol.name}' is more than a linker can express: one symbol and a constant`;
    if (symbol.definition) this.report(symbol.definition, 'expression', message);
    return { ...this.#base(symbol), section: 'absolute', value: 0 };
  }

  #placed(symbol: AssemblySymbol, place: Place, addend: Integer): ObjectSymbol {
    const section = this.objectOf(place.section);
    const value = integer.add(offsetOf(place), addend);
    const { definition, binding, visibility, anonymous, name, type } = symbol;
    if (
      symbol.size ||
      symbol.sizeSpan ||
      symbol.variantCallingConvention ||
      symbol.versions.length > 0 ||
      symbol.replaced ||
      place.section.threadLocal
    )
      return { ...this.#base(symbol), section, value, type: place.section.threadLocal ? 'tls' : type };
    if (anonymous || !definition) return { name, section, value, size: 0, type, binding, visibility };
    return { name, section, value, size: 0, type, binding, visibility, definition: positionOf(definition) };
  }

  #base(symbol: AssemblySymbol): Omit<ObjectSymbol, 'section' | 'value'> {
    const size = symbol.size && settle(symbol.size);
    if (symbol.sizeSpan && !(size && isConstant(size))) {
      this.report(
        symbol.sizeSpan,
        'size',
        `the size of '${symbol.name}' must be a constant or a distance within one section`,
      );
    }
    return {
      name: versionedName(symbol),
      size: size && isConstant(size) ? Number(size.value) : 0,
      type: symbol.type,
      binding: symbol.replaced || symbol.versionFate === 'local' ? 'local' : symbol.binding,
      visibility: symbol.versionFate === 'hidden' ? 'hidden' : symbol.visibility,
      ...(symbol.variantCallingConvention ? { variantCallingConvention: true } : {}),
      ...(symbol.definition ? { definition: positionOf(symbol.definition) } : {}),
    };
  }

  /** The mapping symbols that say something: not those at a section's end, and of several at one place the last. */
  #mappingSymbols(): { order: number; symbol: ObjectSymbol }[] {
    const bySection = new Map<ObjectSectionSource, Map<number, MappingSymbol>>();
    for (const mapping of this.unit.mapping.list) {
      const { output } = mapping.place.section;
      const offset = offsetOf(mapping.place);
      if (offset >= this.objectOf(mapping.place.section).size) continue;
      const known = bySection.get(output) ?? new Map<number, MappingSymbol>();
      bySection.set(output, known);
      const other = known.get(offset);
      const subsection = (at: MappingSymbol): number => at.place.section.subsection;
      const isBefore = other !== undefined && subsection(mapping) < subsection(other);
      const [first, last] = isBefore ? [mapping, other] : [other, mapping];
      // A change of architecture is kept when only `$x` follows.
      known.set(offset, first?.architecture && last.instructions && !last.architecture ? first : last);
    }
    return [...bySection.values()].flatMap((known) =>
      [...known].map(([offset, { place, order, instructions, architecture }]) => ({
        order,
        symbol: {
          ...noSymbol,
          name: instructions ? `$x${architecture?.name ?? ''}` : '$d',
          section: this.objectOf(place.section),
          value: offset,
        },
      })),
    );
  }
}

/** Whether the name with a version takes the symbol's place: of what other files define, and of `name@@@version`. */
function isRenamed(symbol: AssemblySymbol): boolean {
  return symbol.versions.length > 0 && (!symbol.defined || symbol.versions.some((name) => name.includes('@@@')));
}

/** Whether only its name with a version is in the object. */
function isRemoved(symbol: AssemblySymbol): boolean {
  return symbol.versionFate === 'remove' && symbol.defined && !isRenamed(symbol);
}

/** A symbol's name in the object. `@@@` means `@@`, the default version, where the symbol is defined, else `@`. */
function versionedName(symbol: AssemblySymbol): string {
  if (!isRenamed(symbol)) return symbol.name;
  return symbol.versions[0]!.replace('@@@', symbol.defined ? '@@' : '@');
}
