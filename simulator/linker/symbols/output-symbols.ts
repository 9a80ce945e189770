import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { SymbolBinding, SymbolType } from '../../object/elf/elf';
import type { ObjectFile, ObjectPosition, ObjectSymbol } from '../../object/elf/relocatable';
import { linkageSymbols } from '../added-statements';
import type { LinkState } from '../link-state';
import { absolute } from '../scripts/evaluate';
import type { ScriptSymbol } from '../scripts/script-symbols';
import { nearbySection } from '../scripts/symbol-sections';
import { Kind } from '../sections/kind';
import { tableName } from '../sections/offset-table';
import type { OutputSection } from '../sections/sections';
import { isSpoken } from './symbols';

/** What the symbols of a link come from. */
export type SymbolParts = Pick<
  LinkState,
  'inputs' | 'objects' | 'symbols' | 'resolver' | 'script' | 'scriptLayout' | 'settings' | 'placed' | 'isScriptHidden'
>;

/** A symbol of the linked program. */
export interface OutputSymbol {
  readonly name: string;
  /** Its address, or what an absolute symbol is. */
  readonly value: bigint;
  readonly size: number;
  /** STT_*, STB_*, STV_*. */
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** Undefined for an absolute symbol. */
  readonly section: OutputSection | undefined;
  /** Whether a programmer gave it its name. */
  readonly spoken: boolean;
  /** Whether nothing defines it. */
  readonly isUndefined?: boolean;
  readonly definition?: ObjectPosition | undefined;
}

const types = {
  notype: SymbolType.None,
  object: SymbolType.Object,
  function: SymbolType.Function,
  section: SymbolType.Section,
  file: SymbolType.File,
  tls: SymbolType.Thread,
  ifunc: SymbolType.GnuIndirect,
} as const;
const bindings = {
  local: SymbolBinding.Local,
  global: SymbolBinding.Global,
  weak: SymbolBinding.Weak,
  unique: SymbolBinding.GnuUnique,
} as const;
const visibilities = { default: 0, internal: 1, hidden: 2, protected: 3 } as const;

/** The symbols of a program in ld's order: sections, then of each object its local ones, then all others. */
export function outputSymbols(link: SymbolParts): OutputSymbol[] {
  return new SymbolCollector(link).collect();
}

class SymbolCollector {
  readonly #local: OutputSymbol[] = [];
  readonly #own: OutputSymbol[] = [];
  #fileCount = 0;
  readonly #global: OutputSymbol[] = [];
  readonly #scripted: ReadonlyMap<string, ScriptSymbol>;

  constructor(readonly link: SymbolParts) {
    this.#scripted = link.scriptLayout?.symbols ?? new Map();
  }

  collect(): OutputSymbol[] {
    const linked = new Set(this.link.inputs.flatMap(({ file, output }) => (output && isWritten(output) ? [file] : [])));
    for (const object of this.link.objects) if (linked.has(object)) this.#locals(object);
    this.#table();
    for (const [name, symbol] of this.#scripted) this.#add(this.#scriptSymbol(name, symbol));
    for (const symbol of this.link.symbols.globals.values())
      if (!this.#scripted.has(symbol.name)) this.#globalSymbol(symbol);
    this.#wantedInVain();
    return [...this.#local, ...this.#own, ...this.#global];
  }

  /** A symbol of no object: where it is local, it stands behind those of the objects, and a file without a name. */
  #add(symbol: OutputSymbol): void {
    if (symbol.binding !== SymbolBinding.Local) {
      this.#global.push(symbol);
      return;
    }
    if (this.#own.length === 0 && this.#fileCount > 0) this.#own.push(fileSymbol(''));
    this.#own.push(symbol);
  }

  #locals(object: ObjectFile): void {
    let named = object.symbols.some(({ type }) => type === 'file');
    for (const symbol of object.symbols) {
      if (symbol.binding !== 'local' || symbol.section === 'undefined' || symbol.name === '') continue;
      if (symbol.type === 'section') continue;
      if (symbol.type === 'file') {
        this.#file(symbol.name);
        continue;
      }
      if (isLocalLabel(symbol)) continue;
      const found = this.#resolved(symbol);
      if (!found) continue;
      if (!named) this.#file((object.member?.name ?? object.path).replace(/^.*\//, ''));
      named = true;
      this.#local.push(found);
    }
  }

  #file(name: string): void {
    this.#fileCount++;
    this.#local.push(fileSymbol(name));
  }

  #globalSymbol(symbol: ObjectSymbol): void {
    if (symbol.section === 'undefined') {
      // What nothing defines is no error when it is weak; it stays a name for a loader.
      const isWanted = this.link.resolver.dynamic?.names(symbol.name);
      if (symbol.binding === 'weak' && isWanted) this.#global.push({ ...this.#symbol(symbol, 0), isUndefined: true });
      return;
    }
    const found = this.#resolved(symbol);
    if (!found) return;
    this.#add(this.#asKnown(found));
  }

  /** A symbol that the link was asked to find stays a name where nothing has it. */
  #wantedInVain(): void {
    const { script, settings, symbols } = this.link;
    const entry = script.entry !== undefined && !/^\d/.test(script.entry) ? [script.entry] : [];
    for (const name of new Set([...entry, ...settings.wanted, ...script.externs]))
      if (!symbols.globals.has(name) && !this.#scripted.has(name)) this.#global.push(undefinedSymbol(name));
  }

  /** What some object says is hidden is so; in a program that is loaded anywhere, calls make it local. */
  #asKnown(symbol: OutputSymbol): OutputSymbol {
    const { symbols, resolver } = this.link;
    if (this.link.isScriptHidden(symbol.name)) return { ...symbol, binding: SymbolBinding.Local, visibility: 0 };
    if (symbol.binding === SymbolBinding.Local || !symbols.isHidden(symbol.name)) return symbol;
    if (resolver.dynamic?.calls(symbol.name)) return { ...symbol, binding: SymbolBinding.Local, visibility: 0 };
    return { ...symbol, visibility: visibilities.hidden };
  }

  #resolved(symbol: ObjectSymbol): OutputSymbol | undefined {
    const at = this.link.resolver.resolve(symbol);
    return at && this.#symbol(symbol, at.value);
  }

  #symbol(symbol: ObjectSymbol, value: Integer): OutputSymbol {
    const { link } = this;
    const address = integer.toUnsigned(value);
    return {
      name: symbol.name,
      value: address,
      size: link.resolver.sizeOf(symbol),
      type: types[symbol.type],
      binding: bindings[symbol.binding],
      visibility: visibilities[symbol.visibility],
      section: this.#kept(link.resolver.outputOf(symbol), address),
      spoken: isSpoken(symbol),
      definition: symbol.definition,
    };
  }

  /** The section that a symbol counts as part of: another one where its own was left out. */
  #kept(output: OutputSection | undefined, address: bigint): OutputSection | undefined {
    if (!output?.removed) return output;
    return nearbySection(this.link.placed.inFile, output, address);
  }

  /** STV_*: what an object or the script says of a symbol, or of the one that it is another name of. */
  #visibilityOf(name: string, seen = new Set<string>()): number {
    const { symbols } = this.link;
    if (this.link.isScriptHidden(name) || symbols.isHidden(name)) return visibilities.hidden;
    const own = visibilities[symbols.globals.get(name)?.visibility ?? 'default'];
    const alias = this.#scripted.get(name)?.alias;
    if (own !== visibilities.default || alias === undefined || seen.has(name)) return own;
    return this.#visibilityOf(alias, seen.add(name));
  }

  #table(): void {
    const { table } = this.link.resolver;
    const place = table && this.link.resolver.inputOf(table.section);
    if (!place) return;
    const symbol = linkageSymbol(tableName, integer.toUnsigned(place.address));
    // In a program that is loaded anywhere it counts as absolute, for ld.
    this.#add(this.link.resolver.dynamic ? symbol : { ...symbol, section: place.output });
  }

  #scriptSymbol(name: string, symbol: ScriptSymbol): OutputSymbol {
    const { section, isProtected, near, alias } = symbol;
    if (this.link.resolver.dynamic && linkageSymbols.has(name)) return linkageSymbol(name, absolute(symbol));
    const value = absolute(symbol);
    const own = typeof section === 'object' ? this.#kept(section, value) : near;
    const replaced = this.link.symbols.globals.get(name);
    const source = alias === undefined ? undefined : this.link.symbols.globals.get(alias);
    return this.#asKnown({
      name,
      value,
      size: replaced && replaced.section !== 'undefined' ? replaced.size : 0,
      type: source && source.section !== 'undefined' ? types[source.type] : SymbolType.None,
      binding: SymbolBinding.Global,
      visibility: this.#visibilityOf(name) || (isProtected ? visibilities.protected : 0),
      section: own,
      spoken: true,
    });
  }
}

/** ld goes through the local symbols of the files that it writes bytes of. */
function isWritten({ isThere, kind }: OutputSection): boolean {
  const loadedThread = Kind.Load | Kind.Thread;
  return isThere && ((kind & Kind.Contents) !== 0 || (kind & loadedThread) === loadedThread);
}

/** A symbol of no object and no section: 0 without a size, but for what is said. */
function made(name: string, rest: Pick<OutputSymbol, 'type' | 'binding'> & Partial<OutputSymbol>): OutputSymbol {
  return { name, value: 0n, size: 0, visibility: 0, section: undefined, spoken: true, ...rest };
}

/** A symbol that nothing defines. */
function undefinedSymbol(name: string): OutputSymbol {
  return made(name, { type: SymbolType.None, binding: SymbolBinding.Global, isUndefined: true });
}

/** A symbol of a table that the linker made. */
function linkageSymbol(name: string, value: bigint): OutputSymbol {
  return made(name, { type: SymbolType.Object, binding: SymbolBinding.Local, value });
}

function fileSymbol(name: string): OutputSymbol {
  return made(name, { type: SymbolType.File, binding: SymbolBinding.Local, spoken: false });
}

// Numbered labels of GNU as have a control character in them.
const asNumberedLabel = /^L\d+[^ -~]\d*$/;

/** Labels that compilers and assemblers made for themselves (BFD's _bfd_elf_is_local_label_name). */
function isLocalLabel({ name }: ObjectSymbol): boolean {
  return /^(\.L|\.\.|_\.L_)/.test(name) || asNumberedLabel.test(name);
}
