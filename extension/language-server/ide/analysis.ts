import type { ProgramSymbol } from '../../../simulator/object';
import { type ObjectPosition, type ObjectSymbol, SectionFlag } from '../../../simulator/object/elf/relocatable';
import type { AssembledUnit, AssembleResult, Diagnostic, Line, Macro, Project, SourceText } from './assembly';
import { wordsAt } from './bare-parameters';
import type { Definition, DefinitionKind } from './index/source-index';
import { has, type Meaning, meaningOf } from './meaning';
import { numericPlaces, numericTarget } from './numeric-labels';
import type { Occurrence } from './occurrences';
import { functionAround, type MadeLabel, type Outline, outlineOf, outlineWith } from './outline';
import type { Sources } from './sources';

/** A word at its place. */
export interface Found {
  readonly key: string;
  readonly line: number;
  readonly occurrence: Occurrence;
}

/** A definition in the file `key`. */
export interface DefinitionPlace extends Definition {
  readonly key: string;
  readonly number: number;
}

/** What is known about a program at one moment: the result of assembling it, and where names stand in its files. */
export class Analysis {
  /** Every source of the program, by key, in order. */
  readonly files: ReadonlySet<string>;
  #symbols: Map<string, ProgramSymbol> | undefined;
  #macros: Map<string, Macro> | undefined;
  #names: Set<string> | undefined;
  readonly #outlines = new Map<string, { readonly source: SourceText; readonly outline: Outline }>();
  readonly #unitSymbols = new Map<AssembledUnit, ReadonlyMap<string, ObjectSymbol>>();

  constructor(
    readonly project: Project,
    readonly result: AssembleResult,
    /** What the workspace counted when it was made: all changes, and those that are no edits. */
    readonly revision: number,
    readonly fileRevision: number,
    /** How long the assembly took. */
    readonly milliseconds: number,
    readonly sources: Sources,
  ) {
    this.files = new Set(result.units.flatMap((unit) => unit.files));
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.result.diagnostics;
  }

  source(key: string): SourceText | undefined {
    return this.sources.sourceOf(key);
  }

  /** Symbols of the linked program by name. Local symbols of several files share a name: the first one stands here. */
  symbolNamed(name: string): ProgramSymbol | undefined {
    if (!this.#symbols) {
      this.#symbols = new Map();
      for (const symbol of this.result.program?.symbols ?? []) {
        if (!this.#symbols.has(symbol.name)) this.#symbols.set(symbol.name, symbol);
      }
    }
    return this.#symbols.get(name);
  }

  /** The symbol of this name in the object of the unit that a file is part of, or else of any other unit. */
  objectSymbolNamed(name: string, key: string): ObjectSymbol | undefined {
    const { units } = this.result;
    const own = units.filter((unit) => unit.files.includes(key));
    const found = [...own, ...units].map((unit) => this.#symbolsOf(unit).get(name));
    return found.find((symbol) => symbol && symbol.section !== 'undefined') ?? found.find((symbol) => symbol);
  }

  /** Every symbol that any unit mentions, those aside that assemblers and compilers make for themselves. */
  symbolNames(): ReadonlySet<string> {
    if (!this.#names) {
      this.#names = new Set();
      for (const unit of this.result.units)
        for (const name of this.#symbolsOf(unit).keys()) if (this.#isWritten(name, unit)) this.#names.add(name);
    }
    return this.#names;
  }

  /** Whether a name stands in a source: the assembler makes local ones of its own. */
  #isWritten(name: string, { files }: AssembledUnit): boolean {
    return !name.startsWith('.L') || files.some((key) => this.sources.indexOf(key)?.symbols.has(name));
  }

  #symbolsOf(unit: AssembledUnit): ReadonlyMap<string, ObjectSymbol> {
    let symbols = this.#unitSymbols.get(unit);
    if (!symbols) {
      const named = unit.object.symbols.filter(
        ({ name, type }) => name !== '' && type !== 'section' && type !== 'file' && !/^\$[xd]/.test(name),
      );
      symbols = new Map(named.map((symbol) => [symbol.name, symbol]));
      this.#unitSymbols.set(unit, symbols);
    }
    return symbols;
  }

  macroNamed(name: string): Macro | undefined {
    return this.macros.get(name.toLowerCase());
  }

  /** By name in lower case. */
  get macros(): ReadonlyMap<string, Macro> {
    this.#macros ??= new Map(
      this.result.units.flatMap((unit) => unit.macros.map((macro) => [macro.name.toLowerCase(), macro])),
    );
    return this.#macros;
  }

  /** Where the texts of the program's files define names of a kind. */
  definitionsNamed(name: string, ...kinds: DefinitionKind[]): DefinitionPlace[] {
    return this.#definitionsIn(this.files, name, kinds);
  }

  #definitionsIn(files: Iterable<string>, name: string, kinds: readonly DefinitionKind[]): DefinitionPlace[] {
    const found: DefinitionPlace[] = [];
    for (const key of files) {
      const index = this.sources.indexOf(key);
      if (!index) continue;
      const named = kinds.includes('macro')
        ? index.macros.get(name.toLowerCase())
        : kinds.includes('define')
          ? index.defines.get(name)
          : index.symbols.get(name);
      for (const definition of named ?? [])
        if (kinds.includes(definition.kind)) found.push({ ...definition, key, number: index.lineOf(definition) });
    }
    return found.sort((a, b) => Number(a.key > b.key) - Number(a.key < b.key) || a.number - b.number);
  }

  /** The places that give a word its meaning. */
  definitionsOf(word: Occurrence, key: string, line: number): Found[] {
    const meaning = meaningOf(this, word, key, line);
    switch (meaning.kind) {
      case 'numeric-label': {
        const source = this.source(key);
        const target = source && numericTarget(source, line, word);
        return target ? [{ key, ...target }] : [];
      }
      case 'macro':
        return this.#definitionsIn(this.files, meaning.name, ['macro']).map(asFound);
      case 'define':
        return this.#definitionsIn(this.files, meaning.name, ['define']).map(asFound);
      case 'symbol': {
        const files = this.#filesOfSymbol(meaning.name, key);
        const written = this.#definitionsIn(files, meaning.name, ['label', 'constant', 'common']).map(asFound);
        return written.length > 0 ? written : this.#madeDefinition(meaning.name, key);
      }
      default:
        return this.#scan(meaning, key, line).filter(({ occurrence }) => occurrence.definition);
    }
  }

  /** Where a macro or preprocessor name made the symbol: no text has its label as such. */
  #madeDefinition(name: string, key: string): Found[] {
    const position = this.objectSymbolNamed(name, key)?.definition;
    if (!position) return [];
    const { file, line, start, end } = this.#placeOfMade(name, position);
    return [{ key: file, line, occurrence: { kind: 'symbol', name, start, end, definition: true } }];
  }

  /** The line that made a symbol, and its name there when it is written out. */
  #placeOfMade(name: string, { origin }: ObjectPosition): { file: string; line: number; start: number; end: number } {
    while (origin.parent && origin.via !== 'include') origin = origin.parent;
    const { file, line, column = 0 } = origin;
    const text = this.source(file)?.lines[line]?.text ?? '';
    const at = text.indexOf(name);
    return { file, line, ...(at >= 0 ? { start: at, end: at + name.length } : { start: column, end: text.length }) };
  }

  /** The outline of a file of the program, with the labels that macros and the preprocessor made. */
  outline(key: string, source: SourceText): Outline {
    const before = this.#outlines.get(key);
    if (before?.source === source) return before.outline;
    const made = this.#madeLabels(key, source);
    const outline = made.length > 0 ? outlineWith(source, made) : outlineOf(source);
    this.#outlines.set(key, { source, outline });
    return outline;
  }

  #madeLabels(key: string, source: SourceText): MadeLabel[] {
    const index = this.sources.indexOf(key);
    const made: MadeLabel[] = [];
    for (const unit of this.result.units) {
      if (!unit.files.includes(key)) continue;
      for (const { name, section, definition, binding, type } of this.#symbolsOf(unit).values()) {
        if (typeof section !== 'object' || !definition || name.startsWith('.L') || index?.symbols.has(name)) continue;
        const { file, line, start, end } = this.#placeOfMade(name, definition);
        // The text may be newer than this analysis.
        if (file !== key || source.lines[line]?.text.slice(start, end) !== name) continue;
        const exported = binding !== 'local';
        const isCode = (section.flags & SectionFlag.Execute) !== 0;
        const kind = !isCode ? 'data' : exported || type === 'function' ? 'function' : 'label';
        made.push({ name, kind, line, start, end, exported });
      }
    }
    return made;
  }

  /** Every occurrence of a word of the same meaning as `word` in the file `key`, definitions first. */
  same(word: Occurrence, key: string, line: number): Found[] {
    const meaning = meaningOf(this, word, key, line);
    if (meaning.kind !== 'numeric-label') return definitionsFirst(this.#scan(meaning, key, line));
    const source = this.source(key);
    return source ? numericPlaces(source, line, word).map((place) => ({ key, ...place })) : [];
  }

  #scan(meaning: Meaning, key: string, line: number): Found[] {
    const found: Found[] = [];
    const scan = (file: string, first: number, last: number): void => {
      const source = this.source(file);
      if (!source) return;
      for (let number = first; number <= Math.min(last, source.lines.length - 1); number++) {
        if (!mayHave(source.lines[number]!, meaning)) continue;
        for (const occurrence of wordsAt(source, number))
          if (has(meaning, occurrence)) found.push({ key: file, line: number, occurrence });
      }
    };
    switch (meaning.kind) {
      case 'parameter':
        scan(key, meaning.first, meaning.last);
        break;
      case 'register': {
        // A register means something within its function.
        const source = this.source(key);
        const around = source && functionAround(this.outline(key, source), line);
        scan(key, around?.line ?? 0, around?.last ?? Number.POSITIVE_INFINITY);
        break;
      }
      case 'symbol':
        for (const file of this.#filesOfSymbol(meaning.name, key)) scan(file, 0, Number.POSITIVE_INFINITY);
        break;
      default:
        for (const file of this.files) scan(file, 0, Number.POSITIVE_INFINITY);
    }
    return found;
  }

  /** A symbol that one unit keeps to itself is looked for there only. */
  #filesOfSymbol(name: string, key: string): ReadonlySet<string> {
    const { units } = this.result;
    const isLocal = (unit: AssembledUnit): boolean => {
      const symbol = this.#symbolsOf(unit).get(name);
      const own = symbol?.binding === 'local' && symbol.section !== 'undefined';
      return own || (name.startsWith('.L') && unit.files.includes(key));
    };
    const local = units.filter((unit) => unit.files.includes(key) && isLocal(unit));
    if (local.length > 0) return new Set(local.flatMap((unit) => unit.files));
    const sharing = units.filter((unit) => !isLocal(unit));
    return new Set(sharing.flatMap((unit) => unit.files).concat(key));
  }
}

function asFound({ key, number, name, start, end, kind }: DefinitionPlace): Found {
  const word = kind === 'macro' ? 'call' : kind === 'define' ? 'define' : 'symbol';
  return { key, line: number, occurrence: { kind: word, name, start, end, definition: true } };
}

function definitionsFirst(found: Found[]): Found[] {
  return found.sort((a, b) => Number(b.occurrence.definition) - Number(a.occurrence.definition));
}

/** Whether a line's text can have a word of this meaning: most lines are not looked at closer. */
function mayHave(line: Line, meaning: Meaning): boolean {
  switch (meaning.kind) {
    case 'macro':
      return line.statements.some(({ key }) => key === meaning.name || key === '.macro' || key === '.purgem');
    case 'register':
    case 'numeric-label':
      return true;
    default:
      return line.text.includes(meaning.name.replace(/^%/, ''));
  }
}
