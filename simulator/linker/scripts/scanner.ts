import type { ScriptPlace } from './syntax';

/** What is wrong with a script. Thrown inside this folder only, where the parser catches it. */
export class ScriptError extends Error {
  constructor(
    readonly place: ScriptPlace,
    message: string,
  ) {
    super(message);
  }
}

const space = /(?:[ \t\r\n\f]+|\/\*[\s\S]*?\*\/|#[^\n]*)+/y;
const symbolName = /[_a-zA-Z.\\$][_a-zA-Z0-9.\\$~]*|\/DISCARD\//y;
/** Names of files and sections, with wildcards; an operator and `=` end them. */
const wildName = /(?:(?![-+*/&|]=)(?:\[[^\]\s]*\]|[_a-zA-Z0-9/.\\$~\-+:?*^!]))+/y;
const plainName = /[_a-zA-Z/.\\$~][_a-zA-Z0-9/.\\$~\-+[\]]*/y;
const fileName = /[-_a-zA-Z0-9/.\\$~+:=]+/y;
const quoted = /"([^"]*)"/y;
const number = /(?:\$|0[xX])[0-9a-fA-F]+[KkMm]?|[0-9][0-9a-fA-F]*[hHxXoObBdD](?![0-9a-zA-Z_])|[0-9]+[KkMm]?/y;

/** How a name may look: a symbol in an expression, a name with wildcards, or any other. */
export type NameKind = 'symbol' | 'wild' | 'plain' | 'file';

const namePatterns: Readonly<Record<NameKind, RegExp>> = {
  symbol: symbolName,
  wild: wildName,
  plain: plainName,
  file: fileName,
};

/** Goes through the text of a linker script. What a word may be depends on where it stands, so the parser asks for it. */
export class Scanner {
  position = 0;
  readonly #lineStarts: number[] = [0];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#lineStarts.push(i + 1);
    this.skipSpace();
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  skipSpace(): void {
    if (this.#match(space) === undefined) return;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text) ?? undefined;
    if (found) this.position += found[0].length;
    return found;
  }

  /** Whether this text comes next. */
  at(text: string): boolean {
    return this.text.startsWith(text, this.position);
  }

  /** Moves past a text when it comes next. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.position += text.length;
    this.skipSpace();
    return true;
  }

  require(text: string): void {
    if (!this.take(text)) throw this.error(`'${text}' is expected here, not ${this.found()}`);
  }

  /** The name that comes next, if one does; it is not passed. */
  peekName(kind: NameKind): string | undefined {
    const { position } = this;
    const name = this.name(kind);
    this.position = position;
    return name;
  }

  /** Passes a name; undefined when none comes next. */
  name(kind: NameKind): string | undefined {
    const text = this.#match(quoted)?.[1] ?? this.#match(namePatterns[kind])?.[0];
    if (text !== undefined) this.skipSpace();
    return text;
  }

  requireName(kind: NameKind, what: string): string {
    const name = this.name(kind);
    if (name === undefined) throw this.error(`${what} is expected here, not ${this.found()}`);
    return name;
  }

  /** Passes a word of the script's language. */
  takeWord(word: string): boolean {
    if (!this.at(word) || /[_a-zA-Z0-9]/.test(this.text[this.position + word.length] ?? '')) return false;
    return this.take(word);
  }

  /** Passes a number: decimal, 0x, octal with a leading 0, a letter for the base at its end, or K and M. */
  number(): { value: bigint; text: string } | undefined {
    const text = this.#match(number)?.[0];
    if (text === undefined) return undefined;
    this.skipSpace();
    return { value: BigInt.asUintN(64, numberOf(text)), text };
  }

  /** What comes next, for messages. */
  found(): string {
    if (this.atEnd) return 'the end of the script';
    const word = this.text.slice(this.position).match(/^(?:[\w.$*]+|.)/)?.[0] ?? '';
    return `'${word}'`;
  }

  placeFrom(start: number): ScriptPlace {
    let low = 0;
    let high = this.#lineStarts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle]! <= start) low = middle + 1;
      else high = middle;
    }
    const lineStart = this.#lineStarts[low - 1]!;
    const lineEnd = this.#lineStarts[low] ?? this.text.length + 1;
    const end = Math.min(
      Math.max(start + 1, start + this.text.slice(start, this.position).trimEnd().length),
      lineEnd - 1,
    );
    return { file: this.file, line: low - 1, column: start - lineStart, endColumn: Math.max(end, start) - lineStart };
  }

  /** The place of what comes next. */
  here(): ScriptPlace {
    const start = this.position;
    const place = this.placeFrom(start);
    const length = this.text.slice(start).match(/^[\w.$*]+/)?.[0].length ?? 1;
    return { ...place, endColumn: place.column + length };
  }

  error(message: string): ScriptError {
    return new ScriptError(this.here(), message);
  }
}

function numberOf(text: string): bigint {
  const scale = /[kK]$/.test(text) ? 1024n : /[mM]$/.test(text) ? 1_048_576n : 1n;
  const digits = scale === 1n ? text : text.slice(0, -1);
  if (/^\$/.test(digits)) return BigInt(`0x${digits.slice(1)}`) * scale;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return BigInt(digits) * scale;
  if (/^\d+$/.test(digits)) return (/^0[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : BigInt(digits)) * scale;
  // What comes after digits of the base does not count, as for ld: 16B is 1.
  const valid: Readonly<Record<string, readonly [prefix: string, digits: RegExp]>> = {
    h: ['0x', /^[0-9a-fA-F]*/],
    x: ['0x', /^[0-9a-fA-F]*/],
    o: ['0o', /^[0-7]*/],
    b: ['0b', /^[01]*/],
    d: ['', /^\d*/],
  };
  const [prefix, pattern] = valid[digits.at(-1)!.toLowerCase()]!;
  const leading = pattern.exec(digits.slice(0, -1))?.[0] ?? '';
  return leading === '' ? 0n : BigInt(prefix + leading);
}
