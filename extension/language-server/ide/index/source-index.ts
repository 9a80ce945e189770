import type { Line, SourceText, Statement } from '../assembly';
import { type Occurrence, occurrencesOf } from '../occurrences';

export type DefinitionKind =
  | 'label'
  /** By `.set` and its like, or `=`. */
  | 'constant'
  /** By `.comm` and its like. */
  | 'common'
  | 'macro'
  | 'define';

/** A name at the place that gives it its meaning. */
export interface Definition {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly line: Line;
  /** The statement whose label, first operand or name it is. */
  readonly statement: Statement;
  /** Columns of the name. */
  readonly start: number;
  readonly end: number;
}

const none: readonly Definition[] = [];
const known = new WeakMap<Line, readonly Definition[]>();

const kindsOfDirectives: ReadonlyMap<string, DefinitionKind> = new Map([
  ['.set', 'constant'],
  ['.equ', 'constant'],
  ['.equiv', 'constant'],
  ['.eqv', 'constant'],
  ['.weakref', 'constant'],
  ['.comm', 'common'],
  ['.common', 'common'],
  ['.lcomm', 'common'],
  ['.macro', 'macro'],
]);

/** The names that a line defines, numeric labels and parameters aside. Computed once for each line that has any. */
export function definitionsOf(line: Line): readonly Definition[] {
  if (!mayDefineAny(line)) return none;
  let found = known.get(line);
  if (!found) {
    const [only, another] = line.statements;
    found =
      only && !another
        ? definitionsIn(only, line)
        : line.statements.flatMap((statement) => definitionsIn(statement, line));
    known.set(line, found);
  }
  return found;
}

const Dot = 0x2e;

function mayDefineAny({ statements }: Line): boolean {
  for (const statement of statements) if (mayDefine(statement)) return true;
  return false;
}

function mayDefine({ kind, labels, name, key }: Statement): boolean {
  if (labels.length > 0 || kind === 'assignment') return true;
  if (kind === 'preprocessor') return name === 'define';
  return kind === 'command' && name.charCodeAt(0) === Dot && kindsOfDirectives.has(key);
}

/** In a macro's body a name may depend on the call. */
function isFixed(name: string): boolean {
  return !name.includes('\\');
}

function definitionsIn(statement: Statement, line: Line): Definition[] {
  const found: Definition[] = [];
  for (const { name, start, end, numeric } of statement.labels)
    if (!numeric && isFixed(name)) found.push({ kind: 'label', name, line, statement, start, end });
  const { kind, name, start, end, key } = statement;
  if (kind === 'assignment') {
    if (name !== '.' && isFixed(name))
      found.push({ kind: 'constant', name, line, statement, start, end: start + name.length });
    return found;
  }
  const defined = kind === 'preprocessor' ? 'define' : kindsOfDirectives.get(key);
  if (!defined) return found;
  const named = occurrencesOf(line).find((o) => isDefinedName(o) && o.start >= start && o.end <= end);
  if (named && isFixed(named.name))
    found.push({ kind: defined, name: named.name, line, statement, start: named.start, end: named.end });
  return found;
}

function isDefinedName({ kind, definition }: Occurrence): boolean {
  return definition && (kind === 'symbol' || kind === 'call' || kind === 'define');
}

/**
 * The names that one source defines. It follows the edits of its source: only the lines that differ are looked at again, so
 * that a request after a keystroke need not read a long file.
 */
export class SourceIndex {
  /** Labels, constants and common symbols by name. */
  readonly symbols = new Map<string, Definition[]>();
  /** By name in lower case. */
  readonly macros = new Map<string, Definition[]>();
  readonly defines = new Map<string, Definition[]>();
  /** Lines with an `.option`, in no order. */
  readonly options = new Set<Line>();
  #lines: readonly Line[] = [];

  /** Brings the index up to date with a source. */
  update({ lines }: SourceText): this {
    const before = this.#lines;
    if (before === lines) return this;
    const shorter = Math.min(before.length, lines.length);
    let head = 0;
    while (head < shorter && before[head] === lines[head]) head++;
    let tail = 0;
    while (tail < shorter - head && before[before.length - 1 - tail] === lines[lines.length - 1 - tail]) tail++;
    for (let i = head; i < before.length - tail; i++) this.#remove(before[i]!);
    for (let i = head; i < lines.length - tail; i++) this.#add(lines[i]!);
    this.#lines = lines;
    return this;
  }

  /** The number of the line that a definition stands in. */
  lineOf({ line }: Definition): number {
    return this.#lines.indexOf(line);
  }

  /** The lines with `.option`, in order. */
  optionLines(): number[] {
    return [...this.options].map((line) => this.#lines.indexOf(line)).sort((a, b) => a - b);
  }

  #add(line: Line): void {
    for (const definition of definitionsOf(line)) {
      const map = this.#mapOf(definition);
      const key = keyOf(definition);
      const same = map.get(key);
      if (same) same.push(definition);
      else map.set(key, [definition]);
    }
    if (hasOption(line)) this.options.add(line);
  }

  #remove(line: Line): void {
    for (const definition of definitionsOf(line)) {
      const map = this.#mapOf(definition);
      const key = keyOf(definition);
      const rest = map.get(key)?.filter((other) => other !== definition) ?? [];
      if (rest.length > 0) map.set(key, rest);
      else map.delete(key);
    }
    this.options.delete(line);
  }

  #mapOf({ kind }: Definition): Map<string, Definition[]> {
    return kind === 'macro' ? this.macros : kind === 'define' ? this.defines : this.symbols;
  }
}

function keyOf({ kind, name }: Definition): string {
  return kind === 'macro' ? name.toLowerCase() : name;
}

function hasOption({ statements }: Line): boolean {
  return statements.some(({ name, key }) => name.charCodeAt(0) === Dot && key === '.option');
}
