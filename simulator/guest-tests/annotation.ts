import type { Range } from '../assembler/source/diagnostic';
import type { TestProblem } from './guest-test';

export interface Word {
  readonly text: string;
  /** What a text between double quotes says. */
  readonly quoted: string | undefined;
  /** Where it begins in the annotation, and ends. */
  readonly start: number;
  readonly end: number;
}

/** What is wrong with an annotation. */
export class AnnotationError extends Error {
  constructor(
    message: string,
    readonly range: Range,
  ) {
    super(message);
  }
}

/** One annotation, taken word by word. */
export class Annotation {
  private readonly words: readonly Word[];
  private at = 0;

  /** @param column where its text begins in the line */
  constructor(
    private readonly text: string,
    readonly line: number,
    private readonly column: number,
  ) {
    this.words = wordsOf(text);
  }

  /** All of it. */
  get range(): Range {
    return this.between(this.words[0]?.start ?? 0, this.words.at(-1)?.end ?? this.text.length);
  }

  get next(): Word | undefined {
    return this.words[this.at];
  }

  get rest(): readonly Word[] {
    return this.words.slice(this.at);
  }

  /** The next word. @throws AnnotationError when there is none */
  word(expected: string): Word {
    const word = this.words[this.at];
    if (!word) this.fail(`${expected} is expected here`);
    this.at++;
    return word;
  }

  /** Moves past the next word when it is this one. */
  take(text: string): boolean {
    if (this.next?.text !== text) return false;
    this.at++;
    return true;
  }

  /** A text between double quotes; several that follow each other are one. @throws AnnotationError */
  quoted(expected: string): string {
    const first = this.word(`${expected} between double quotes`);
    if (first.quoted === undefined) this.fail(`${expected} stands between double quotes, as in JSON`, first);
    let text = first.quoted;
    while (this.next?.quoted !== undefined) text += this.word(expected).quoted;
    return text;
  }

  /** The text up to a number of words before the end. @throws AnnotationError when there is none */
  upTo(wordsBehind: number, expected: string): string {
    const last = this.words[this.words.length - 1 - wordsBehind];
    const first = this.next;
    if (!first || !last || last.start < first.start) return this.fail(`${expected} is expected here`);
    this.at = this.words.length - wordsBehind;
    return this.text.slice(first.start, last.end);
  }

  /** @throws AnnotationError when something is left */
  finish(): void {
    const { next } = this;
    if (next) this.fail(`'${next.text}' is not expected here`, next);
  }

  rangeOf({ start, end }: Word): Range {
    return this.between(start, end);
  }

  /** @param word the one that is wrong; where the next one begins when absent */
  fail(message: string, word?: Word): never {
    const end = this.words.at(-1)?.end ?? 0;
    const at = word ?? this.next ?? { start: end, end };
    throw new AnnotationError(message, this.between(at.start, at.end));
  }

  /** It is wrong as it is. */
  failWhole(message: string): never {
    throw new AnnotationError(message, this.range);
  }

  private between(start: number, end: number): Range {
    const at = (column: number) => ({ line: this.line, column: this.column + column });
    return { start: at(start), end: at(end) };
  }
}

/** What a function says of an annotation, or what is wrong with that. */
export function attempt(work: () => void): TestProblem | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof AnnotationError)) throw error;
    return { range: error.range, message: error.message };
  }
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"?|[^\s"]+/g)].map(({ index, 0: word }) => ({
    text: word,
    quoted: word.startsWith('"') ? unquoted(word) : undefined,
    start: index,
    end: index + word.length,
  }));
}

/** What a text says as JSON has it; undefined when it says nothing so. */
function unquoted(word: string): string | undefined {
  try {
    const value: unknown = JSON.parse(word);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
