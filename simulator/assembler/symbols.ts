import type { SymbolBinding, SymbolVisibility } from '../object/relocatable';
import type { Bound } from './evaluation';
import type { SourceSpan } from './frames';
import type { Section } from './sections';

/** A location in a section that may still move: `offset` counts fixed bytes, `part` the variable parts before it. */
export interface Place {
  readonly section: Section;
  readonly offset: number;
  readonly part: number;
}

/** A symbol while its source is being assembled. */
export class AssemblySymbol {
  /** Where it was defined as a label. */
  place: Place | undefined;
  /** What it was set to by `.set`, `.equ` or `=`. */
  assigned: Bound | undefined;
  /** Storage that the linker places: .comm. In bytes. */
  common: { size: number; alignment: number } | undefined;
  binding: SymbolBinding = 'local';
  /** Whether .local was said: an undefined symbol becomes global by default. */
  declaredLocal = false;
  visibility: SymbolVisibility = 'default';
  type: 'notype' | 'object' | 'function' | 'tls' | 'ifunc' = 'notype';
  size: Bound | undefined;
  /** Where its size was given. */
  sizeSpan: SourceSpan | undefined;
  /** The first definition and the first use, for messages. */
  definition: SourceSpan | undefined;
  firstUse: SourceSpan | undefined;
  /** Whether `.equiv` or `==` defined it, or it is a label: it must not be redefined. */
  fixed = false;
  /** While its value is being worked out: a guard against cycles. */
  resolving = false;

  constructor(
    readonly name: string,
    /** Made by the assembler: `.`, numeric labels, the auipc of a pair. Never listed under its name. */
    readonly anonymous: boolean,
  ) {}

  get defined(): boolean {
    return this.place !== undefined || this.assigned !== undefined || this.common !== undefined;
  }
}

interface NumericLabel {
  last: AssemblySymbol | undefined;
  next: AssemblySymbol | undefined;
}

/** The symbols of one assembled source. */
export class SymbolTable {
  readonly #named = new Map<string, AssemblySymbol>();
  readonly #numeric = new Map<number, NumericLabel>();

  /** The symbol of this name, made when it is new. */
  named(name: string): AssemblySymbol {
    let symbol = this.#named.get(name);
    if (!symbol) {
      symbol = new AssemblySymbol(name, false);
      this.#named.set(name, symbol);
    }
    return symbol;
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
    const symbol = entry.next ?? new AssemblySymbol(String(label), true);
    entry.next = undefined;
    entry.last = symbol;
    return symbol;
  }

  /** What `1f` or `1b` means here; undefined when there is no such label before. */
  numeric(label: number, forward: boolean): AssemblySymbol | undefined {
    const entry = this.#entry(label);
    if (!forward) return entry.last;
    entry.next ??= new AssemblySymbol(`${label}f`, true);
    return entry.next;
  }

  #entry(label: number): NumericLabel {
    let entry = this.#numeric.get(label);
    if (!entry) {
      entry = { last: undefined, next: undefined };
      this.#numeric.set(label, entry);
    }
    return entry;
  }
}
