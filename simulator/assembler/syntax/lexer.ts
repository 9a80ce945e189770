/**
 * The characters and tokens of GNU assembler text. One lexer serves the statement parser, the expression parser, the
 * directives and the language server's colouring. It allocates nothing for a token: `kind`, `start` and `end` describe
 * the current one.
 */
export const TokenKind = {
  /** The end of the text or of the statement's range. */
  End: 0,
  /** Letters, digits, `_ . $` and non-ASCII characters; may hold macro parameters such as `\reg` and `\@`. */
  Name: 1,
  /** Digits in any base, numeric label references (`1f`), and malformed numbers. */
  Number: 2,
  /** `"..."`, with the closing quote unless the text ends before it. */
  String: 3,
  /** `'a`, `'a'`, `'\n'`. */
  Character: 4,
  /** An operator or punctuation character; two characters for `<< >> == != <> <= >= && ||`. */
  Operator: 5,
  /** `;`, which ends a statement. */
  Separator: 6,
  /** `# ...`, `// ...` or a complete or open block comment. */
  Comment: 7,
} as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

const NameStart = 1;
const NamePart = 2;
const Digit = 4;
const Space = 8;

const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const text = String.fromCharCode(c);
  if (/[A-Za-z_.$]/.test(text)) classes[c] = NameStart | NamePart;
  else if (/[0-9]/.test(text)) classes[c] = NamePart | Digit;
  else if (c === 32 || c === 9 || c === 11 || c === 12 || c === 13) classes[c] = Space;
}

export const isNameStart = (c: number): boolean => c >= 128 || (classes[c]! & NameStart) !== 0;
export const isNamePart = (c: number): boolean => c >= 128 || (classes[c]! & NamePart) !== 0;
export const isDigit = (c: number): boolean => c < 128 && (classes[c]! & Digit) !== 0;
export const isSpace = (c: number): boolean => c < 128 && (classes[c]! & Space) !== 0;

const Quote = 0x22;
const Hash = 0x23;
const Apostrophe = 0x27;
const Star = 0x2a;
const Slash = 0x2f;
const Semicolon = 0x3b;
const At = 0x40;
const Backslash = 0x5c;
const OpenParenthesis = 0x28;
const CloseParenthesis = 0x29;

/** First non-space position at or after `position`. */
export function skipSpace(text: string, position: number, end: number): number {
  while (position < end && isSpace(text.charCodeAt(position))) position++;
  return position;
}

/** The position after the name that starts at `position` (equal to it when there is none). */
export function skipName(text: string, position: number, end: number): number {
  while (position < end) {
    const c = text.charCodeAt(position);
    if (isNamePart(c)) position++;
    else if (c === Backslash) {
      const after = skipParameter(text, position, end);
      if (after === position) break;
      position = after;
    } else break;
  }
  return position;
}

/** The position after `\name`, `\@`, `\+` or `\()` at `position`, or `position` itself. */
function skipParameter(text: string, position: number, end: number): number {
  if (position + 1 >= end) return position;
  const next = text.charCodeAt(position + 1);
  if (next === At || next === 0x2b) return position + 2;
  if (next === OpenParenthesis) {
    return position + 2 < end && text.charCodeAt(position + 2) === CloseParenthesis ? position + 3 : position;
  }
  if (!isNameStart(next)) return position;
  position += 2;
  while (position < end && isNamePart(text.charCodeAt(position))) position++;
  return position;
}

/** The position after the string literal that opens at `position`; `end` when it has no closing quote. */
export function skipString(text: string, position: number, end: number): number {
  for (position++; position < end; position++) {
    const c = text.charCodeAt(position);
    if (c === Backslash) position++;
    else if (c === Quote) return position + 1;
  }
  return end;
}

/** Whether the string literal that spans start..end of `text`, as `skipString` found it, has its closing quote. */
export function isClosedString(text: string, start: number, end: number): boolean {
  if (end - start < 2 || text.charCodeAt(end - 1) !== Quote) return false;
  let backslashes = 0;
  while (text.charCodeAt(end - 2 - backslashes) === Backslash) backslashes++;
  return backslashes % 2 === 0;
}

/** The position after the character literal at `position`: the closing apostrophe is optional, as in GNU as. */
export function skipCharacter(text: string, position: number, end: number): number {
  position++;
  if (position >= end) return end;
  position += text.charCodeAt(position) === Backslash ? 2 : 1;
  if (position < end && text.charCodeAt(position) === Apostrophe) position++;
  return Math.min(position, end);
}

/** The position after the comment at `position`, or -1 when no comment starts there. */
export function skipComment(text: string, position: number, end: number): number {
  const c = text.charCodeAt(position);
  if (c === Hash) return end;
  if (c !== Slash || position + 1 >= end) return -1;
  const next = text.charCodeAt(position + 1);
  if (next === Slash) return end;
  if (next !== Star) return -1;
  const close = text.indexOf('*/', position + 2);
  return close < 0 || close + 2 > end ? end : close + 2;
}

/** Whether the comment that spans start..end of `text` is a block comment without its end. */
export function isOpenComment(text: string, start: number, end: number): boolean {
  return (
    text.charCodeAt(start) === Slash &&
    text.charCodeAt(start + 1) === Star &&
    (end - start < 4 || text.charCodeAt(end - 1) !== Slash || text.charCodeAt(end - 2) !== Star)
  );
}

/** The position after a name in quotes at `position`: strings in a row are one name. */
export function skipQuotedName(text: string, position: number, end: number): number {
  for (;;) {
    position = skipString(text, position, end);
    const next = skipSpace(text, position, end);
    if (next >= end || text.charCodeAt(next) !== Quote) return position;
    position = next;
  }
}

/** The name that strings in a row spell. */
export function quotedName(literal: string): string {
  return literal.replace(/"\s*"|\\(["\\])|"/g, '$1');
}

const pairs = new Set(['<<', '>>', '==', '!=', '<>', '<=', '>=', '&&', '||']);

export class Lexer {
  kind: TokenKind = TokenKind.End;
  start: number;
  end: number;

  /** Reads `text` from `position` to `limit`. Call `next` for the first token. */
  constructor(
    readonly text: string,
    position = 0,
    readonly limit = text.length,
  ) {
    this.start = position;
    this.end = position;
  }

  /** The current token's text. */
  get value(): string {
    return this.text.slice(this.start, this.end);
  }

  /** Whether the current token is of this kind. */
  at(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** Whether the current token is this operator. */
  is(operator: string): boolean {
    return (
      this.kind === TokenKind.Operator &&
      this.end - this.start === operator.length &&
      this.text.startsWith(operator, this.start)
    );
  }

  /** Moves to the next token, comments included. */
  nextToken(): TokenKind {
    const { text, limit } = this;
    const start = skipSpace(text, this.end, limit);
    this.start = start;
    if (start >= limit) {
      this.end = limit;
      this.kind = TokenKind.End;
      return this.kind;
    }
    const c = text.charCodeAt(start);
    if (isDigit(c)) {
      this.kind = TokenKind.Number;
      this.end = skipName(text, start, limit);
    } else if (isNameStart(c)) {
      this.kind = TokenKind.Name;
      this.end = skipName(text, start, limit);
    } else if (c === Quote) {
      this.kind = TokenKind.String;
      this.end = skipString(text, start, limit);
    } else if (c === Apostrophe) {
      this.kind = TokenKind.Character;
      this.end = skipCharacter(text, start, limit);
    } else if (c === Semicolon) {
      this.kind = TokenKind.Separator;
      this.end = start + 1;
    } else {
      const comment = skipComment(text, start, limit);
      const parameter = c === Backslash ? skipParameter(text, start, limit) : start;
      if (comment >= 0) {
        this.kind = TokenKind.Comment;
        this.end = comment;
      } else if (parameter > start) {
        this.kind = TokenKind.Name;
        this.end = skipName(text, start, limit);
      } else {
        this.kind = TokenKind.Operator;
        this.end = start + 2 <= limit && pairs.has(text.slice(start, start + 2)) ? start + 2 : start + 1;
      }
    }
    return this.kind;
  }

  /** Moves past the name in quotes that the current string begins; gives it, and where it ends. */
  takeQuotedName(): { readonly name: string; readonly end: number } {
    const { start, text } = this;
    const end = skipQuotedName(text, start, this.limit);
    while (this.kind !== TokenKind.End && this.start < end) this.next();
    return { name: quotedName(text.slice(start, end)), end };
  }

  /** Moves to the next token that is not a comment. */
  next(): TokenKind {
    do this.nextToken();
    while (this.kind === TokenKind.Comment);
    return this.kind;
  }

  /** Moves past the current token when it is this operator. */
  take(operator: string): boolean {
    if (!this.is(operator)) return false;
    this.next();
    return true;
  }
}
