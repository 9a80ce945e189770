import { baseName, type SourceText, type Statement } from '../assembly';
import { occurrencesOf } from '../occurrences';
import { type DefinitionKind, definitionsOf } from './source-index';

/** A name that a file of the workspace defines: plain data, so that the index of many files is small. */
export interface IndexedName {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly line: number;
  /** Columns of the name. */
  readonly start: number;
  readonly end: number;
}

/** What the index knows of one file. */
export interface IndexedFile {
  readonly definitions: readonly IndexedName[];
  /** Symbols that `.globl` or `.weak` makes known to other files. */
  readonly globals: ReadonlySet<string>;
  /** Names of the files that it includes, without their folders. */
  readonly includes: readonly string[];
}

/** A definition with the file that it stands in. */
export interface IndexedPlace extends IndexedName {
  readonly key: string;
}

const exporting = new Set(['.globl', '.global', '.weak']);

/** What the index keeps of a source: from its statements alone, nothing is assembled. */
export function indexSource({ lines }: SourceText): IndexedFile {
  const definitions: IndexedName[] = [];
  const globals = new Set<string>();
  const includes: string[] = [];
  lines.forEach((line, number) => {
    for (const { kind, name, start, end } of definitionsOf(line)) {
      if (!name.startsWith('.L')) definitions.push({ kind, name, line: number, start, end });
    }
    for (const statement of line.statements) {
      const included = includedFile(statement);
      if (included !== undefined) includes.push(baseName(included));
    }
    if (!line.statements.some(({ key }) => exporting.has(key))) return;
    for (const { kind, name, definition } of occurrencesOf(line)) {
      if (kind === 'symbol' && !definition) globals.add(name);
    }
  });
  return { definitions, globals, includes };
}

/** The path in an `.include` or `#include`. */
function includedFile({ kind, key, operandText }: Statement): string | undefined {
  if (key !== (kind === 'preprocessor' ? 'include' : '.include')) return undefined;
  return /^\s*["<]([^">]+)[">]/.exec(operandText)?.[1];
}

/** The names of all files of a workspace, whether they are open or not. */
export class WorkspaceIndex {
  readonly #files = new Map<string, IndexedFile>();

  keys(): Iterable<string> {
    return [...this.#files.keys()];
  }

  set(key: string, file: IndexedFile): void {
    this.#files.set(key, file);
  }

  delete(key: string): void {
    this.#files.delete(key);
  }

  /** The files that include one of this name, whatever folder it is in. */
  includersOf(name: string): string[] {
    return [...this.#files].flatMap(([key, { includes }]) => (includes.includes(name) ? [key] : []));
  }

  /** The places that define a symbol for other files. */
  globalsNamed(name: string): IndexedPlace[] {
    const found: IndexedPlace[] = [];
    for (const [key, { definitions, globals }] of this.#files) {
      if (!globals.has(name)) continue;
      for (const definition of definitions) if (definition.name === name) found.push({ ...definition, key });
    }
    return found;
  }

  /** The names that hold the letters of `query` in order, those that match best first. */
  search(query: string, limit: number): IndexedPlace[] {
    const found: { score: number; place: IndexedPlace }[] = [];
    const wanted = query.toLowerCase();
    for (const [key, { definitions }] of this.#files) {
      for (const definition of definitions) {
        const score = matchScore(definition.name, wanted);
        if (score !== undefined) found.push({ score, place: { ...definition, key } });
      }
    }
    found.sort((a, b) => b.score - a.score || a.place.name.localeCompare(b.place.name));
    return found.slice(0, limit).map(({ place }) => place);
  }
}

/**
 * How well a name matches letters in lower case that must stand in it in this order: whole name, beginning, letters that follow each
 * other and beginnings of words count more; undefined when they do not.
 */
export function matchScore(name: string, wanted: string): number | undefined {
  if (wanted === '') return 0;
  const lower = name.toLowerCase();
  if (lower === wanted) return 1000;
  if (lower.startsWith(wanted)) return 800 - name.length;
  const whole = lower.indexOf(wanted);
  if (whole > 0) return (isWordStart(name, whole) ? 600 : 400) - name.length;
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = lower.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    score += isWordStart(name, next) ? 10 : next === at + 1 ? 5 : 0;
    at = next;
  }
  return score - name.length;
}

function isWordStart(name: string, at: number): boolean {
  return at === 0 || /[_.$]/.test(name[at - 1]!) || (/[A-Z]/.test(name[at]!) && /[a-z0-9]/.test(name[at - 1]!));
}
