import type { Program, ProgramSymbol } from './program';

/** A place in a program, by its nearest symbol. */
export interface SymbolPlace {
  readonly symbol: ProgramSymbol;
  readonly offset: bigint;
}

/** The symbols of a program: addresses to names and back. */
export class Symbols {
  /** In order of address; of several at one address only the one that names it best. */
  private readonly byAddress: readonly ProgramSymbol[];
  private readonly byName = new Map<string, ProgramSymbol>();
  private readonly lastAddress: bigint;

  constructor(private readonly program: Program) {
    const named = program.symbols.filter(({ name, type }) => name !== '' && type !== 'file' && type !== 'section');
    for (const symbol of named) {
      const known = this.byName.get(symbol.name);
      if (!known || (known.binding === 'local' && symbol.binding !== 'local')) this.byName.set(symbol.name, symbol);
    }
    const best = new Map<bigint, ProgramSymbol>();
    for (const symbol of named.filter(isPlace)) {
      const known = best.get(symbol.value);
      if (!known || rank(symbol) > rank(known)) best.set(symbol.value, symbol);
    }
    this.byAddress = [...best.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
    this.lastAddress = program.segments.reduce((end, segment) => {
      const last = segment.address + BigInt(segment.memorySize);
      return last > end ? last : end;
    }, 0n);
  }

  named(name: string): ProgramSymbol | undefined {
    return this.byName.get(name);
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  /** The nearest symbol at or below an address of the program; undefined elsewhere. */
  at(address: bigint): SymbolPlace | undefined {
    if (!this.isProgram(address)) return undefined;
    const symbol = this.byAddress[this.firstFrom(address + 1n) - 1];
    if (!symbol || !this.isSameSegment(symbol.value, address)) return undefined;
    return { symbol, offset: address - symbol.value };
  }

  /** `main`, `main+0x8`; undefined when nothing names it. */
  describe(address: bigint): string | undefined {
    const place = this.at(address);
    if (!place) return undefined;
    return place.offset === 0n ? place.symbol.name : `${place.symbol.name}+0x${place.offset.toString(16)}`;
  }

  /** The first symbol in a range of addresses, or the one that the range is a part of. */
  within(address: bigint, length: bigint): string | undefined {
    const inside = this.byAddress[this.firstFrom(address)];
    if (inside && inside.value < address + length) return inside.name;
    return this.at(address)?.symbol.name;
  }

  /** The symbols whose code or data has a part in a range of addresses, in their order. */
  overlapping(address: bigint, length: bigint): ProgramSymbol[] {
    const before = this.at(address);
    const isIn = before !== undefined && address < before.symbol.value + this.sizeOf(before.symbol);
    const found = isIn ? [before.symbol] : [];
    for (let at = this.firstFrom(address); at < this.byAddress.length; at++) {
      const symbol = this.byAddress[at];
      if (!symbol || symbol.value >= address + length) break;
      if (symbol !== before?.symbol) found.push(symbol);
    }
    return found;
  }

  /** Those whose names have a part, in whichever case; in the order of their addresses. */
  containing(part: string): ProgramSymbol[] {
    const wanted = part.toLowerCase();
    return this.byAddress.filter(({ name }) => name.toLowerCase().includes(wanted));
  }

  /** In bytes: as the symbol says it; of one that does not, up to what ends it. */
  sizeOf(symbol: ProgramSymbol): bigint {
    return symbol.size > 0 ? BigInt(symbol.size) : this.endOf(symbol) - symbol.value;
  }

  /** The first address after a symbol's code or data: where the next symbol, or its segment, ends it. */
  endOf(symbol: ProgramSymbol): bigint {
    const next = this.byAddress[this.firstFrom(symbol.value + 1n)];
    const segment = this.program.segments.find((each) => contains(each, symbol.value));
    const end = segment ? segment.address + BigInt(segment.memorySize) : this.lastAddress;
    return next && next.value < end ? next.value : end;
  }

  isCode(address: bigint): boolean {
    return this.program.segments.some((segment) => segment.executable && contains(segment, address));
  }

  /** The place of the first symbol that is not below an address. */
  private firstFrom(address: bigint): number {
    let low = 0;
    let high = this.byAddress.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.byAddress[middle]?.value ?? 0n) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private isProgram(address: bigint): boolean {
    return this.program.segments.some((segment) => contains(segment, address));
  }

  private isSameSegment(a: bigint, b: bigint): boolean {
    return this.program.segments.some((segment) => contains(segment, a) && contains(segment, b));
  }
}

function contains(segment: { readonly address: bigint; readonly memorySize: number }, address: bigint): boolean {
  return address >= segment.address && address < segment.address + BigInt(segment.memorySize);
}

function isPlace({ type, name }: ProgramSymbol): boolean {
  return type !== 'absolute' && !name.startsWith('.L') && !name.startsWith('$');
}

/** Functions before other symbols, those of the user before those that linker scripts define, global ones before local ones. */
function rank(symbol: ProgramSymbol): number {
  const { type, binding } = symbol;
  const kind = type === 'function' ? 8 : type === 'object' ? 4 : 0;
  return kind + (isOfLinkerScript(symbol) ? 0 : 2) + (binding === 'local' ? 0 : 1);
}

/** The names that linker scripts give to where sections begin and end: those of GNU ld's own, and those that kernels' are like. */
const linkerNames =
  /^(__\w*\$?|_?(etext|edata|end)|_*[se](text|data|rodata|bss|init|kernel)|_?(text|data|rodata|bss|heap|stack|kernel|image)_(start|begin|end|top|bottom|size))$/;

function isOfLinkerScript({ name, definition }: ProgramSymbol): boolean {
  return definition === undefined && linkerNames.test(name);
}
