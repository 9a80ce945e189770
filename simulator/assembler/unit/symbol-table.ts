import { AssemblySymbol, type Place } from './symbols-and-sections';

/** Whether a symbol of this name stays in the assembler unless a relocation needs it. */
export function isLocalName(name: string): boolean {
  return name.charCodeAt(0) === 0x2e ? name.startsWith('.L') || name.startsWith('..') : name.startsWith('_.L_');
}

interface NumericLabel {
  count: number;
  last: AssemblySymbol | undefined;
  next: AssemblySymbol | undefined;
}

/** The symbols of one assembled source. */
export class SymbolTable {
  readonly #named = new Map<string, AssemblySymbol>();
  readonly #numeric = new Map<number, NumericLabel>();
  #lastOrder = 0;
  /** Symbols that are the assembler's own, and those that took the place of others. */
  #withoutOrder = 0;
  /** How often a deferred value was worked out. */
  deferrals = 0;

  /** How many symbols there are so far, and places among the object's symbols: what takes memory until the source ends. */
  get made(): number {
    return this.#lastOrder + this.#withoutOrder;
  }

  /** The next place among the object's symbols. */
  nextOrder(): number {
    return ++this.#lastOrder;
  }

  /** The symbol of this name, made when it is new. */
  named(name: string): AssemblySymbol {
    let symbol = this.#named.get(name);
    if (!symbol) {
      symbol = new AssemblySymbol(name, false);
      if (isLocalName(name)) this.#withoutOrder++;
      else symbol.order = this.nextOrder();
      this.#named.set(name, symbol);
    }
    return symbol;
  }

  /** The symbol of the first section of a name; what was called so before comes to mean the section. */
  sectionSymbol(name: string): AssemblySymbol {
    const symbol = this.#named.get(name) ?? new AssemblySymbol(name, false);
    this.#named.set(name, symbol);
    symbol.binding = 'local';
    symbol.fixed = true;
    return symbol;
  }

  /** Puts another symbol in the place of one that is set again. */
  replace(symbol: AssemblySymbol): AssemblySymbol {
    const successor = symbol.successor();
    this.#withoutOrder++;
    this.#named.set(symbol.name, successor);
    return successor;
  }

  /** A symbol of the assembler's own for a place: `.`, or the `auipc` that a `%pcrel_lo` refers to. */
  temporary(place: Place): AssemblySymbol {
    const symbol = new AssemblySymbol('.L0 ', true);
    symbol.place = place;
    return symbol;
  }

  /** Gives a symbol that something is said about its place among the object's symbols, should it be listed. */
  list(symbol: AssemblySymbol): void {
    if (symbol.order === 0) symbol.order = this.nextOrder();
  }

  find(name: string): AssemblySymbol | undefined {
    return this.#named.get(name);
  }

  /** All named symbols, in order of first mention. */
  values(): IterableIterator<AssemblySymbol> {
    return this.#named.values();
  }

  /** Defines another `label:` and gives its symbol, which `label b` means from now on. */
  defineNumeric(label: number): AssemblySymbol {
    const entry = this.#entry(label);
    const symbol = entry.next ?? new AssemblySymbol(numericName(label, entry.count + 1), true);
    entry.count++;
    entry.next = undefined;
    entry.last = symbol;
    return symbol;
  }

  /** What `1f` or `1b` means here; undefined when there is no such label before. */
  numeric(label: number, forward: boolean): AssemblySymbol | undefined {
    const entry = this.#entry(label);
    if (!forward) return entry.last;
    entry.next ??= new AssemblySymbol(numericName(label, entry.count + 1), true);
    return entry.next;
  }

  #entry(label: number): NumericLabel {
    let entry = this.#numeric.get(label);
    if (!entry) {
      entry = { count: 0, last: undefined, next: undefined };
      this.#numeric.set(label, entry);
    }
    return entry;
  }
}

/** How GNU as calls the n-th `label:` in an object file: a name that no source can spell. */
function numericName(label: number, count: number): string {
  return `.L${label}\u0002${count}`;
}

/** The number of a numeric label's name. */
export function numericLabelOf(name: string): string {
  return name.slice(2, name.indexOf('\u0002'));
}
