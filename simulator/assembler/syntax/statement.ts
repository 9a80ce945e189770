import {
  isClosedString,
  isDigit,
  isNamePart,
  isOpenComment,
  isSpace,
  quotedName,
  skipCharacter,
  skipComment,
  skipName,
  skipQuotedName,
  skipSpace,
  skipString,
} from './lexer';
import { type Operand, parseOperands } from './operands';

/** A label definition: `name:` or the numeric `1:`. Columns are UTF-16 units in the line. */
export interface Label {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly numeric: boolean;
}

export type StatementKind =
  /** Labels only, or nothing. */
  | 'none'
  /** A mnemonic, directive or macro name with operands; which of them it is depends on what came before. */
  | 'command'
  /** `name = expression` (or `==`, which refuses to redefine). */
  | 'assignment'
  /** A `#` line of a preprocessed file. */
  | 'preprocessor'
  /** Text that cannot start a statement. */
  | 'invalid';

/** One statement of a line. It refers to the line's text by columns, so nothing of the text is lost. */
export class Statement {
  /**
   * What the encoder keeps to assemble this statement faster the next time; only `encode/kept-encoding.ts` knows what that is.
   * It stands here because an edit that makes a new statement must lose it.
   */
  keptEncoding: object | undefined;
  #operands: readonly Operand[] | undefined;
  #key: string | undefined;
  #expansions: Map<string, Line> | undefined;

  constructor(
    readonly text: string,
    readonly kind: StatementKind,
    readonly labels: readonly Label[],
    /** The mnemonic, directive, macro or assigned symbol as written; '' for none. */
    readonly name: string,
    /** Column of `name`. */
    readonly start: number,
    /** Column of the first character of the operands. */
    readonly operandsStart: number,
    /** Column after the operands, without trailing space and comments. */
    readonly end: number,
    /** For an assignment: whether it is `==`. */
    readonly strict = false,
  ) {}

  /** The name in lower case: mnemonics, directives and macros are looked up without regard to case. */
  get key(): string {
    this.#key ??= this.name.toLowerCase();
    return this.#key;
  }

  /** The operands in general form, parsed once for the life of the line. */
  get operands(): readonly Operand[] {
    this.#operands ??= parseOperands(this.text, this.operandsStart, this.end);
    return this.#operands;
  }

  /** This statement as a line of a macro or repeated block, parsed for each text that substitution made of it. */
  get expansions(): Map<string, Line> {
    this.#expansions ??= new Map();
    return this.#expansions;
  }

  /** The operands' text with comments replaced by a space. */
  get operandText(): string {
    const { text, operandsStart, end } = this;
    const comment = text.indexOf('/*', operandsStart);
    return comment < 0 || comment >= end
      ? text.slice(operandsStart, end)
      : withoutComments(text.slice(operandsStart, end));
  }
}

/** What a line's last statement goes on over the line's end in: neither, as a rule. */
export type Continuation = 'none' | 'comment' | 'string';

/** A line with its statements. Lines are immutable; an edit makes new ones. */
export interface Line {
  /** Without its line ending; with those in it where several lines were joined (see joined-lines.ts). */
  readonly text: string;
  /** Whether a block comment that began on an earlier line is open at the start, and one at the end. */
  readonly startsInComment: boolean;
  readonly endsInComment: boolean;
  readonly continues: Continuation;
  readonly statements: readonly Statement[];
  /** Column of a `//` comment, or -1: GNU as takes those in preprocessed files only. */
  readonly slashComment: number;
}

const noLabels: readonly Label[] = [];
const noStatements: readonly Statement[] = [];
const Colon = 0x3a;
const Equals = 0x3d;
const Hash = 0x23;
const Semicolon = 0x3b;
const Quote = 0x22;
const Apostrophe = 0x27;
const Slash = 0x2f;

/** Replaces every comment outside strings by one space. */
export function withoutComments(text: string): string {
  let result = '';
  let from = 0;
  for (let position = 0; position < text.length; ) {
    const c = text.charCodeAt(position);
    if (c === Quote) position = skipString(text, position, text.length);
    else if (c === Apostrophe) position = skipCharacter(text, position, text.length);
    else {
      const after = skipComment(text, position, text.length);
      if (after < 0) position++;
      else {
        result += `${text.slice(from, position)} `;
        from = position = after;
      }
    }
  }
  return from === 0 ? text : result + text.slice(from);
}

/**
 * Parses one line. Any text gives statements; what is wrong with them shows when they are assembled.
 * In a `preprocessed` (.S) file a line that starts with `#` is the preprocessor's.
 */
export function parseLine(text: string, startsInComment: boolean, preprocessed: boolean): Line {
  let position = 0;
  const length = text.length;
  if (startsInComment) {
    const close = text.indexOf('*/');
    if (close < 0) {
      return {
        text,
        startsInComment,
        endsInComment: true,
        continues: 'none',
        statements: noStatements,
        slashComment: -1,
      };
    }
    position = close + 2;
  }
  const comments: Comments = { open: false, slash: -1 };
  let continues: Continuation = 'none';

  const first = skipSpace(text, position, length);
  if (preprocessed && first < length && text.charCodeAt(first) === Hash) {
    const endsInComment = endsInOpenComment(text, first);
    return {
      text,
      startsInComment,
      endsInComment,
      continues: endsInComment ? 'comment' : 'none',
      statements: [preprocessorStatement(text, first)],
      slashComment: -1,
    };
  }

  let statements: Statement[] | undefined;
  while (position < length) {
    position = skipBlank(text, position, comments);
    if (position >= length) break;
    if (text.charCodeAt(position) === Semicolon) {
      position++;
      continue;
    }
    let labels: Label[] | undefined;
    let name = '';
    let start = position;
    let kind: StatementKind = 'none';
    let strict = false;
    for (;;) {
      start = position;
      const quoted = text.charCodeAt(position) === Quote;
      const wordEnd = quoted ? skipQuotedName(text, position, length) : skipName(text, position, length);
      const next = skipSpace(text, wordEnd, length);
      if (wordEnd > position && text.charCodeAt(next) === Colon) {
        const label = quoted ? quotedName(text.slice(start, wordEnd)) : text.slice(start, wordEnd);
        labels ??= [];
        labels.push({ name: label, start, end: wordEnd, numeric: isDecimal(label) });
        position = skipBlank(text, next + 1, comments);
        if (position >= length || text.charCodeAt(position) === Semicolon) break;
        continue;
      }
      if (wordEnd === position || quoted || isDigit(text.charCodeAt(position))) {
        kind = 'invalid';
      } else if (text.charCodeAt(next) === Equals) {
        kind = 'assignment';
        name = text.slice(start, wordEnd);
        strict = text.charCodeAt(next + 1) === Equals;
        position = next + (strict ? 2 : 1);
      } else {
        kind = 'command';
        name = text.slice(start, wordEnd);
        position = wordEnd;
      }
      break;
    }
    // The operands go on to the end of the line, a separator, or a comment that nothing follows.
    let operandsStart = position;
    let end = position;
    if (kind !== 'none') {
      operandsStart = skipSpace(text, position, length);
      end = operandsStart;
      position = operandsStart;
      while (position < length) {
        const c = text.charCodeAt(position);
        if (c === Semicolon) break;
        if (isSpace(c)) position++;
        else if (isNamePart(c)) end = ++position;
        else if (c === Quote) {
          end = skipString(text, position, length);
          if (end === length && !isClosedString(text, position, end)) continues = 'string';
          position = end;
        } else if (c === Apostrophe) end = position = skipCharacter(text, position, length);
        else if (c === Hash || c === Slash) {
          const after = skipBlank(text, position, comments);
          if (after === position) end = ++position;
          else position = after;
        } else end = ++position;
      }
      if (comments.open) continues = 'comment';
    }
    statements ??= [];
    statements.push(
      new Statement(text, kind, labels ?? noLabels, name, start, operandsStart, Math.max(end, operandsStart), strict),
    );
  }
  return {
    text,
    startsInComment,
    endsInComment: comments.open,
    continues,
    statements: statements ?? noStatements,
    slashComment: comments.slash,
  };
}

/** What is known of the comments of a line that is being parsed. */
interface Comments {
  /** Whether the last one is a block comment without its end. */
  open: boolean;
  /** The column of a `//` comment, or -1. */
  slash: number;
}

/** The first position at or after `position` that is neither space nor comment. */
function skipBlank(text: string, position: number, comments: Comments): number {
  const { length } = text;
  for (;;) {
    position = skipSpace(text, position, length);
    if (position >= length) return position;
    const c = text.charCodeAt(position);
    if (c !== Hash && c !== Slash) return position;
    const after = skipComment(text, position, length);
    if (after < 0) return position;
    if (isOpenComment(text, position, after)) comments.open = true;
    else if (c === Slash && text.charCodeAt(position + 1) === Slash) comments.slash = position;
    position = after;
  }
}

/** `# name rest`: the name is without the `#`; the rest keeps its comments, which the preprocessor removes. */
function preprocessorStatement(text: string, start: number): Statement {
  const nameStart = skipSpace(text, start + 1, text.length);
  const nameEnd = skipName(text, nameStart, text.length);
  const operandsStart = skipSpace(text, nameEnd, text.length);
  return new Statement(
    text,
    'preprocessor',
    noLabels,
    text.slice(nameStart, nameEnd),
    start,
    operandsStart,
    text.length,
  );
}

function endsInOpenComment(text: string, position: number): boolean {
  for (position++; position < text.length; ) {
    const c = text.charCodeAt(position);
    if (c === Quote) position = skipString(text, position, text.length);
    else if (c === Slash) {
      const after = skipComment(text, position, text.length);
      if (after < 0) position++;
      else if (isOpenComment(text, position, after)) return true;
      else position = after;
    } else position++;
  }
  return false;
}

function isDecimal(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return text.length > 0;
}
