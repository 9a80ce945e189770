import { nearest } from '../../assembler/source/diagnostic';
import type { ObjectFile, ObjectSection, ObjectSymbol } from '../../object/elf/relocatable';
import type { LinkReporter } from '../reporter';

const strong = 3;

function rank(symbol: ObjectSymbol): number {
  if (symbol.section === 'undefined') return 0;
  if (symbol.section === 'common') return 2;
  return symbol.binding === 'weak' ? 1 : strong;
}

/** What the names of a link mean: of several definitions the one that counts, and the groups that are kept. */
export class LinkSymbols {
  readonly globals = new Map<string, ObjectSymbol>();
  /** The object whose definition of a common symbol counts. */
  readonly commonOwners = new Map<string, ObjectFile>();
  /** Sections of groups that another file has already. */
  readonly dropped = new Set<ObjectSection>();
  /** Names that one object or another says are known in the program only. */
  readonly #hidden = new Set<string>();
  readonly #suggestions = new Map<string, readonly string[]>();
  /** The names that are defined anywhere, once something asks for one that is not. */
  #known: ReadonlySet<string> | undefined;

  constructor(
    readonly objects: readonly ObjectFile[],
    readonly reporter: LinkReporter,
  ) {
    this.#dropGroups();
    this.#collect();
  }

  /** The definition that a symbol stands for. */
  definitionOf(symbol: ObjectSymbol): ObjectSymbol {
    if (symbol.binding === 'local' && symbol.section !== 'undefined') return symbol;
    return this.globals.get(symbol.name) ?? symbol;
  }

  isHidden(name: string): boolean {
    return this.#hidden.has(name);
  }

  isDefined(name: string): boolean {
    const found = this.globals.get(name);
    return found !== undefined && found.section !== 'undefined';
  }

  /** Names that are like one that nothing defines. */
  suggestionsFor(name: string): readonly string[] {
    let found = this.#suggestions.get(name);
    if (!found) {
      this.#known ??= this.#definedNames();
      found = nearest(name, this.#known);
      this.#suggestions.set(name, found);
    }
    return found;
  }

  #definedNames(): Set<string> {
    const known = new Set<string>();
    for (const symbol of this.globals.values()) if (symbol.section !== 'undefined') known.add(symbol.name);
    for (const { symbols } of this.objects) {
      for (const symbol of symbols) if (symbol.section !== 'undefined' && isSpoken(symbol)) known.add(symbol.name);
    }
    return known;
  }

  /** Of the groups of one signature the first is kept. */
  #dropGroups(): void {
    const owners = new Map<string, ObjectFile>();
    for (const object of this.objects) {
      for (const section of object.sections) {
        const { group } = section;
        if (!group?.comdat) continue;
        const owner = owners.get(group.signature);
        if (!owner) owners.set(group.signature, object);
        else if (owner !== object) this.dropped.add(section);
      }
    }
  }

  #collect(): void {
    const { globals } = this;
    for (const object of this.objects) {
      for (const symbol of object.symbols) {
        if (symbol.binding === 'local' || symbol.name === '') continue;
        // What a dropped group defines is defined by the kept one.
        if (typeof symbol.section !== 'string' && this.dropped.has(symbol.section)) continue;
        if (symbol.visibility === 'hidden' || symbol.visibility === 'internal') this.#hidden.add(symbol.name);
        const known = globals.get(symbol.name);
        if (symbol.section === 'common' && (known?.section !== 'common' || symbol.size > known.size))
          this.commonOwners.set(symbol.name, object);
        if (!known || rank(symbol) > rank(known)) globals.set(symbol.name, keepsStrength(symbol, known));
        else if (rank(symbol) === strong && rank(known) === strong && known !== symbol)
          this.#duplicate(symbol, known, object);
        else if (symbol.section === 'common' && known.section === 'common') {
          const larger = symbol.size > known.size ? symbol : known;
          const value = Math.max(Number(symbol.value), Number(known.value));
          globals.set(symbol.name, { ...larger, value });
        } else if (known.section === 'undefined') globals.set(symbol.name, keepsStrength(known, symbol));
      }
    }
  }

  #duplicate(symbol: ObjectSymbol, known: ObjectSymbol, object: ObjectFile): void {
    const first = this.objects.find(({ symbols }) => symbols.includes(known));
    this.reporter.duplicate(symbol, object, known, first ?? object);
  }
}

/** One use that is not weak makes an undefined symbol required. */
function keepsStrength(symbol: ObjectSymbol, other: ObjectSymbol | undefined): ObjectSymbol {
  if (symbol.section !== 'undefined' || other?.section !== 'undefined') return symbol;
  return symbol.binding === 'weak' && other.binding !== 'weak' ? { ...symbol, binding: other.binding } : symbol;
}

/** Whether a symbol has a name that a programmer gave it. */
export function isSpoken({ name, type }: ObjectSymbol): boolean {
  return name !== '' && type !== 'section' && type !== 'file' && !name.startsWith('$') && !name.startsWith('.L');
}
