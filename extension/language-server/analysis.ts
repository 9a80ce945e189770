import type { ProgramSymbol } from '../../simulator/object';
import type { AssembledUnit, AssembleResult, Diagnostic, Macro, Project, SourceText } from './assembly';
import { type Occurrence, occurrencesOf } from './occurrences';
import type { Workspace } from './workspace';

/** A word at its place. */
export interface Found {
  readonly key: string;
  readonly line: number;
  readonly occurrence: Occurrence;
}

/** What is known about a program at one moment: the result of assembling it, and where names stand in its files. */
export class Analysis {
  /** Every source of the program, by key, in order. */
  readonly files: ReadonlySet<string>;
  #symbols: Map<string, ProgramSymbol> | undefined;
  #macros: Map<string, Macro> | undefined;

  constructor(
    readonly project: Project,
    readonly result: AssembleResult,
    readonly revision: number,
    readonly workspace: Workspace,
  ) {
    this.files = new Set(result.units.flatMap((unit) => unit.files));
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.result.diagnostics;
  }

  source(key: string): SourceText | undefined {
    return this.workspace.sourceOf(key);
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

  /** Every symbol that any unit mentions. */
  symbolNames(): Set<string> {
    const names = this.result.units.flatMap((unit) => unit.object.symbols.map((symbol) => symbol.name));
    return new Set(names.filter((name) => name !== ''));
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

  /** Every occurrence of a word of the same meaning as `word` in the file `key`, definitions first. */
  same(word: Occurrence, key: string, line: number): Found[] {
    if (word.kind === 'numeric-label') return this.#numericLabel(word, key, line);
    const files = word.kind === 'symbol' ? this.#filesOfSymbol(word.name, key) : this.files;
    const wanted = word.kind === 'call' ? word.name.toLowerCase() : word.name;
    const found: Found[] = [];
    for (const file of files) {
      this.source(file)?.lines.forEach((text, number) => {
        if (!text.text.includes(word.name) && word.kind !== 'call') return;
        for (const occurrence of occurrencesOf(text)) {
          if (!isSameKind(occurrence, word)) continue;
          const name = word.kind === 'call' ? occurrence.name.toLowerCase() : occurrence.name;
          if (name === wanted) found.push({ key: file, line: number, occurrence });
        }
      });
    }
    return found.sort((a, b) => Number(b.occurrence.definition) - Number(a.occurrence.definition));
  }

  /** A symbol that one unit keeps to itself is looked for there only. */
  #filesOfSymbol(name: string, key: string): Iterable<string> {
    const { units } = this.result;
    const isLocal = (unit: AssembledUnit): boolean =>
      unit.object.symbols.some((s) => s.name === name && s.binding === 'local' && s.section !== 'undefined') ||
      (name.startsWith('.L') && unit.files.includes(key));
    const own = units.filter((unit) => unit.files.includes(key));
    const local = own.filter(isLocal);
    if (local.length > 0) return new Set(local.flatMap((unit) => unit.files));
    return new Set(
      units
        .filter((unit) => !isLocal(unit))
        .flatMap((unit) => unit.files)
        .concat(key),
    );
  }

  /** `1:` with the `1b` and `1f` that mean it. */
  #numericLabel(word: Occurrence, key: string, line: number): Found[] {
    const source = this.source(key);
    if (!source) return [];
    const digits = word.name.replace(/[fb]$/, '');
    const all: Found[] = [];
    source.lines.forEach((text, number) => {
      for (const occurrence of occurrencesOf(text)) {
        if (occurrence.kind === 'numeric-label' && occurrence.name.replace(/[fb]$/, '') === digits) {
          all.push({ key, line: number, occurrence });
        }
      }
    });
    const target = (index: number): Found | undefined => {
      const { occurrence } = all[index]!;
      if (occurrence.definition) return all[index];
      const forward = occurrence.name.endsWith('f');
      return forward
        ? all.slice(index + 1).find((found) => found.occurrence.definition)
        : all
            .slice(0, index)
            .reverse()
            .find((found) => found.occurrence.definition);
    };
    const here = all.findIndex((found) => found.line === line && found.occurrence.start === word.start);
    const wanted = here < 0 ? undefined : target(here);
    const same = wanted ? all.filter((_, index) => target(index) === wanted) : all.slice(here, here + 1);
    return same.sort((a, b) => Number(b.occurrence.definition) - Number(a.occurrence.definition));
  }
}

/** Preprocessor names are written like symbols where they are used. */
function isSameKind(a: Occurrence, b: Occurrence): boolean {
  const group = (kind: Occurrence['kind']): string => (kind === 'define' ? 'symbol' : kind);
  return group(a.kind) === group(b.kind);
}
