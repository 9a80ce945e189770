import {
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  SectionFlag,
  SectionType,
} from '../../object/elf/relocatable';
import { describes } from '../scripts/place';
import type { LinkerScript } from '../scripts/syntax';
import type { CommonStorage } from '../symbols/common-symbols';
import { assignmentsOf, namesIn } from '../symbols/symbol-names';
import type { LinkSymbols } from '../symbols/symbols';
import { Kind, kindOf } from './kind';
import type { InputSection } from './sections';

const unwindTable = '.eh_frame';

/** What decides which sections stay. */
interface Roots {
  readonly inputs: readonly InputSection[];
  readonly symbols: LinkSymbols;
  readonly commons: CommonStorage;
  readonly script: LinkerScript;
  /** Names whose sections stay. */
  readonly wanted: readonly string[];
}

/** What nothing in a program needs. */
export interface Unused {
  readonly sections: ReadonlySet<InputSection>;
  /** The first object of which anything stays for its own sake: what is said of all objects stands there. */
  readonly firstUsed: ObjectFile | undefined;
}

/** What nothing in the program refers to, as `ld --gc-sections` finds it (BFD's bfd_elf_gc_sections). */
export function unusedSections(roots: Roots): Unused {
  const marking = new Marking(roots);
  return {
    sections: new Set(roots.inputs.filter((input) => !marking.isMarked(input))),
    firstUsed: marking.firstUsed,
  };
}

class Marking {
  readonly firstUsed: ObjectFile | undefined;
  readonly #marked = new Set<ObjectSection>();
  readonly #waiting: InputSection[] = [];
  readonly #inputOf: ReadonlyMap<ObjectSection, InputSection>;
  readonly #byFile = new Map<ObjectFile, InputSection[]>();
  readonly #groups = new Map<string, InputSection[]>();
  /** Symbols that the script's symbols are made of. */
  readonly #scripted = new Map<string, string[]>();
  readonly #fileNumbers: ReadonlyMap<ObjectFile, number>;

  constructor(readonly roots: Roots) {
    const { inputs, symbols, wanted } = roots;
    this.#fileNumbers = new Map(symbols.objects.map((object, index) => [object, index]));
    this.#inputOf = new Map(inputs.map((input) => [input.source, input]));
    for (const input of inputs) {
      push(this.#byFile, input.file, input);
      const key = this.#groupOf(input);
      if (key !== undefined) push(this.#groups, key, input);
    }
    for (const { name, value } of assignmentsOf(roots.script))
      this.#scripted.set(name, [...(this.#scripted.get(name) ?? []), ...namesIn(value)]);
    for (const name of wanted) {
      this.#markScripted(name);
      const found = symbols.globals.get(name);
      if (found) this.#markSymbol(found);
    }
    for (const input of inputs) if (this.#isRoot(input)) this.#mark(input);
    this.#follow();
    for (const members of this.#byFile.values()) this.#markAside(members);
    // What is said of all objects together stays as long as any of them does.
    this.firstUsed = inputs.find((input) => this.#isSolid(input))?.file;
    if (this.firstUsed)
      for (const { source } of inputs) if (source.type === SectionType.RiscvAttributes) this.#marked.add(source);
  }

  isMarked({ source }: InputSection): boolean {
    return this.#marked.has(source);
  }

  #groupOf({ file, source: { group } }: InputSection): string | undefined {
    return group && `${this.#fileNumbers.get(file)} ${group.signature}`;
  }

  /** The sections of its group. */
  #membersWith(input: InputSection): readonly InputSection[] {
    const key = this.#groupOf(input);
    return key === undefined ? [] : this.#groups.get(key)!;
  }

  #isRoot(input: InputSection): boolean {
    const { type, flags, group } = input.source;
    if (type === SectionType.Note && !group) return true;
    if (flags & SectionFlag.GnuRetain) return true;
    return this.roots.script.statements.some(
      (statement) =>
        statement.kind === 'output' &&
        statement.statements.some((child) => child.kind === 'input' && child.keep && describes(child, input)),
    );
  }

  #mark(input: InputSection | undefined): void {
    if (!input || this.#marked.has(input.source)) return;
    this.#marked.add(input.source);
    this.#waiting.push(input);
  }

  #markSymbol(symbol: ObjectSymbol): void {
    const { symbols, commons } = this.roots;
    if (symbol.binding !== 'local' || symbol.section === 'undefined') this.#markScripted(symbol.name);
    let found = symbols.definitionOf(symbol);
    if (found.section === 'common') found = commons.symbols.get(found.name) ?? found;
    if (typeof found.section !== 'string') this.#mark(this.#inputOf.get(found.section));
    else if (found.section === 'undefined') this.#markNamed(found.name);
  }

  /** What a symbol of the script is made of stays with it. */
  #markScripted(name: string): void {
    const sources = this.#scripted.get(name);
    // Each is looked at once: symbols may be made of each other.
    if (!sources || !this.#scripted.delete(name)) return;
    for (const source of sources) {
      const found = this.roots.symbols.globals.get(source);
      if (found) this.#markSymbol(found);
      else this.#markScripted(source);
    }
  }

  /** `__start_NAME` and `__stop_NAME` stand for all sections of that name. */
  #markNamed(symbol: string): void {
    const name = /^__(?:start|stop)_(.+)$/.exec(symbol)?.[1];
    if (name === undefined) return;
    for (const input of this.roots.inputs) if (input.name === name) this.#mark(input);
  }

  /** Marks what the marked sections refer to. */
  #follow(): void {
    for (let input = this.#waiting.pop(); input; input = this.#waiting.pop()) {
      const { source, file } = input;
      for (const member of this.#membersWith(input)) this.#mark(member);
      // A table names functions for themselves, and does not keep them.
      if (source.name !== unwindTable) for (const { symbol } of source.relocations) this.#markSymbol(symbol);
      for (const other of this.#byFile.get(file) ?? []) {
        if (other.source.linkedTo === source) this.#mark(other);
        if (other.name === unwindTable && source.flags & SectionFlag.Execute) this.#markHandlers(other, source);
      }
    }
  }

  /** What a table says of a kept function beside where it is: who handles exceptions, and with which data. */
  #markHandlers(table: InputSection, code: ObjectSection): void {
    const { relocations } = table.source;
    const ofCode = relocations.some(({ symbol }) => symbol.section === code);
    if (!ofCode) return;
    for (const { symbol } of relocations) {
      const found = this.roots.symbols.definitionOf(symbol);
      const isCode = typeof found.section !== 'string' && (found.section.flags & SectionFlag.Execute) !== 0;
      if (!isCode || found.binding !== 'local') this.#markSymbol(symbol);
    }
  }

  /** Whether an input stays for its own sake. */
  #isSolid({ source }: InputSection): boolean {
    return (source.flags & SectionFlag.Alloc) !== 0 && source.type !== SectionType.Note && this.#marked.has(source);
  }

  /** Debugging information and the like stays where something else of its file does. */
  #markAside(members: readonly InputSection[]): void {
    if (!members.some((input) => this.#isSolid(input))) return;
    const isAside = ({ source }: InputSection): boolean =>
      (kindOf(source) & Kind.Debugging) !== 0 ||
      ((source.flags & SectionFlag.Alloc) === 0 && source.relocations.length === 0);
    for (const input of members) {
      if (isAside(input) && !input.source.linkedTo && this.#membersWith(input).every(isAside))
        this.#marked.add(input.source);
    }
    const isDebugging = ({ source }: InputSection): boolean => (kindOf(source) & Kind.Debugging) !== 0;
    const waiting = members.filter((input) => isDebugging(input) && this.#marked.has(input.source));
    for (let input = waiting.pop(); input; input = waiting.pop()) {
      for (const { symbol } of input.source.relocations) {
        const { section } = this.roots.symbols.definitionOf(symbol);
        const found = typeof section === 'string' ? undefined : this.#inputOf.get(section);
        if (!found || !isDebugging(found) || this.#marked.has(found.source)) continue;
        this.#marked.add(found.source);
        waiting.push(found);
      }
    }
  }
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
