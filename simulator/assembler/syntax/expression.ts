import { fromBigint, type Integer } from '../../object/bytes/integer';
import { type Lexer, TokenKind } from './lexer';

/** Binary operators with GNU as's ranks: a higher rank binds closer, equal ranks associate to the left. */
const ranks: Readonly<Record<string, number>> = {
  '*': 8,
  '/': 8,
  '%': 8,
  '<<': 8,
  '<': 4,
  '>>': 8,
  '>': 4,
  '|': 7,
  '!': 7,
  '^': 7,
  '&': 7,
  '+': 5,
  '-': 5,
  '==': 4,
  '!=': 4,
  '<>': 4,
  '<=': 4,
  '>=': 4,
  '&&': 3,
  '||': 2,
};

export type BinaryOperator = keyof typeof ranks & string;
export type UnaryOperator = '-' | '~' | '!' | '+';

/** What a relocation operator asks of the linker. */
export interface RelocationOperator {
  readonly name: string;
  readonly summary: string;
}

/** Every relocation operator of the RISC-V assembly manual. */
export const relocationOperators: readonly RelocationOperator[] = [
  { name: '%hi', summary: 'Upper 20 bits of an absolute address, rounded so that %lo completes it' },
  { name: '%lo', summary: 'Lower 12 bits of an absolute address, signed' },
  { name: '%pcrel_hi', summary: 'Upper 20 bits of the distance from this instruction to a symbol' },
  { name: '%pcrel_lo', summary: 'Lower 12 bits of the distance that the auipc at the given label began' },
  { name: '%got_pcrel_hi', summary: "Upper 20 bits of the distance to a symbol's entry in the global offset table" },
  { name: '%tprel_hi', summary: 'Upper 20 bits of a thread-local symbol relative to tp' },
  { name: '%tprel_lo', summary: 'Lower 12 bits of a thread-local symbol relative to tp' },
  { name: '%tprel_add', summary: 'Marks the add of tp in a thread-local access' },
  { name: '%tls_ie_pcrel_hi', summary: "Upper 20 bits of the distance to a symbol's initial-exec TLS entry" },
  { name: '%tls_gd_pcrel_hi', summary: "Upper 20 bits of the distance to a symbol's global-dynamic TLS entry" },
];
const relocationNames = new Set(relocationOperators.map((operator) => operator.name.slice(1)));

interface Span {
  /** Columns in the line. */
  readonly start: number;
  readonly end: number;
}

export type Expression = Span &
  (
    | { readonly kind: 'number'; readonly value: Integer }
    | { readonly kind: 'symbol'; readonly name: string }
    /** `.`: the current location. */
    | { readonly kind: 'dot' }
    /** `1b`, `1f`. */
    | { readonly kind: 'local-label'; readonly label: number; readonly forward: boolean }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    /** `%hi(...)` and its like. */
    | { readonly kind: 'relocation'; readonly operator: string; readonly operand: Expression }
    | { readonly kind: 'parenthesized'; readonly operand: Expression }
    /** `big` is the value of a number that is only too large for an expression: data may hold it. */
    | { readonly kind: 'invalid'; readonly message: string; readonly big?: bigint }
    /** No expression at all. */
    | { readonly kind: 'missing' }
  );

/** Operators of one rank in a row: what they make is as deep. */
const maximumOperators = 1000;
const maximumDepth = 256;

/**
 * Parses an expression at the lexer's current token and leaves the lexer after it. What is wrong with it becomes an
 * `invalid` or `missing` node.
 */
export function parseExpression(lexer: Lexer, rank = 0, depth = 0): Expression {
  let left = parseOperand(lexer, depth);
  for (let count = 0; lexer.kind === TokenKind.Operator; count++) {
    const operator = lexer.value;
    const operatorRank = ranks[operator];
    if (operatorRank === undefined || operatorRank <= rank || left.kind === 'missing') break;
    if (count === maximumOperators) {
      return refuseRest(lexer, left.start, `more than ${maximumOperators} operators in one expression`);
    }
    lexer.next();
    const right = parseExpression(lexer, operatorRank, depth + 1);
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }
  return left;
}

/** Too much of an expression: the rest of the line is not looked at. */
function refuseRest(lexer: Lexer, start: number, message: string): Expression {
  while (lexer.kind !== TokenKind.End) lexer.next();
  return { kind: 'invalid', message, start, end: lexer.end };
}

function parseOperand(lexer: Lexer, depth: number): Expression {
  const { start, end } = lexer;
  if (depth > maximumDepth) {
    return refuseRest(lexer, start, `expression nested deeper than ${maximumDepth} levels`);
  }
  switch (lexer.kind) {
    case TokenKind.Number: {
      const text = lexer.value;
      lexer.next();
      return numberExpression(text, start, end);
    }
    case TokenKind.Name: {
      const name = lexer.value;
      lexer.next();
      if (sectionOperators.test(name)) return sectionOperator(lexer, name.toLowerCase(), start);
      return name === '.' ? { kind: 'dot', start, end } : { kind: 'symbol', name, start, end };
    }
    case TokenKind.String: {
      const quoted = lexer.takeQuotedName();
      return { kind: 'symbol', name: quoted.name, start, end: quoted.end };
    }
    case TokenKind.Character: {
      const value = characterValue(lexer.value);
      lexer.next();
      return value === undefined
        ? { kind: 'invalid', message: 'empty character literal', start, end }
        : { kind: 'number', value, start, end };
    }
    case TokenKind.Operator:
      return parsePrefixed(lexer, depth);
    default:
      return { kind: 'missing', start, end: start };
  }
}

/** What the linker answers: where the output section of a name begins, and how many bytes it has. */
const sectionOperators = /^\.(startof|sizeof)\.$/i;

/** `.sizeof.(name)`: a symbol that the linker defines. */
function sectionOperator(lexer: Lexer, operator: string, start: number): Expression {
  const invalid = (message: string): Expression => ({ kind: 'invalid', message, start, end: lexer.end });
  if (!lexer.is('(')) return invalid(`'${operator}' needs the name of a section in parentheses`);
  lexer.next();
  if (lexer.kind !== TokenKind.Name && lexer.kind !== TokenKind.String)
    return invalid(`'${operator}' needs the name of a section`);
  const name = lexer.kind === TokenKind.String ? lexer.takeQuotedName().name : lexer.value;
  if (lexer.kind === TokenKind.Name) lexer.next();
  if (!lexer.is(')')) return invalid(`missing ')' after the section's name of '${operator}'`);
  const { end } = lexer;
  lexer.next();
  return { kind: 'symbol', name: operator + name, start, end };
}

function parsePrefixed(lexer: Lexer, depth: number): Expression {
  const { start } = lexer;
  if (lexer.is('(') || lexer.is('[')) {
    const close = lexer.is('(') ? ')' : ']';
    lexer.next();
    const operand = parseExpression(lexer, 0, depth + 1);
    if (!lexer.is(close)) return { kind: 'invalid', message: `missing '${close}'`, start, end: operand.end };
    const { end } = lexer;
    lexer.next();
    return { kind: 'parenthesized', operand, start, end };
  }
  if (lexer.is('%')) {
    const limit = lexer.end;
    lexer.next();
    const name = lexer.value;
    if (lexer.kind !== TokenKind.Name || lexer.start !== limit || !relocationNames.has(name)) {
      return { kind: 'invalid', message: `unknown relocation operator '%${name}'`, start, end: lexer.end };
    }
    const nameEnd = lexer.end;
    lexer.next();
    if (!lexer.is('(')) {
      return { kind: 'invalid', message: `'%${name}' needs an operand in parentheses`, start, end: nameEnd };
    }
    const operand = parsePrefixed(lexer, depth + 1);
    if (operand.kind !== 'parenthesized') return operand;
    return { kind: 'relocation', operator: `%${name}`, operand: operand.operand, start, end: operand.end };
  }
  const operator = lexer.value;
  if (operator === '-' || operator === '~' || operator === '!' || operator === '+') {
    lexer.next();
    const operand = parseOperand(lexer, depth + 1);
    if (operand.kind === 'missing')
      return { kind: 'invalid', message: `missing operand of '${operator}'`, start, end: start + 1 };
    return { kind: 'unary', operator, operand, start, end: operand.end };
  }
  return { kind: 'missing', start, end: start };
}

/** The number, numeric label reference or malformed number that `text` spells. */
function numberExpression(text: string, start: number, end: number): Expression {
  const value = parseNumber(text);
  if (value !== undefined && text.length > 18 && isTooLarge(text)) {
    const big = bigNumber(text);
    return { kind: 'invalid', message: `the number ${text} does not fit in 64 bits`, big, start, end };
  }
  if (value !== undefined) return { kind: 'number', value, start, end };
  const label = /^(\d+)([fb])$/.exec(text);
  if (label) return { kind: 'local-label', label: Number(label[1]), forward: label[2] === 'f', start, end };
  return { kind: 'invalid', message: `malformed number '${text}'`, start, end };
}

/** C's suffixes for unsigned and long, which GNU as takes and ignores. */
const suffix = /[uU]?[lL]*$/;

/** Whether a well-formed number needs more than 64 bits. */
function isTooLarge(text: string): boolean {
  return bigNumber(text) > 0xffff_ffff_ffff_ffffn;
}

function bigNumber(text: string): bigint {
  const digits = text.replace(suffix, '');
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
}

/** The value of a number of more than 64 bits, perhaps with a sign; undefined for other expressions. */
export function bigOf(expression: Expression): bigint | undefined {
  if (expression.kind === 'invalid') return expression.big;
  if (expression.kind === 'parenthesized') return bigOf(expression.operand);
  if (expression.kind !== 'unary') return undefined;
  const value = bigOf(expression.operand);
  if (value === undefined || expression.operator === '!') return undefined;
  return expression.operator === '-' ? -value : expression.operator === '~' ? ~value : value;
}

/** The value of a number in GNU as's notation (decimal, 0x, 0b, leading 0 for octal, C's suffixes), or undefined. */
export function parseNumber(text: string): Integer | undefined {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  const digits = text.replace(suffix, '');
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) {
    return digits.length <= 14 ? Number.parseInt(digits, 16) : fromBigint(BigInt(digits));
  }
  if (/^0[bB][01]+$/.test(digits)) return fromBigint(BigInt(digits));
  if (/^0[0-7]+$/.test(digits)) return fromBigint(BigInt(`0o${digits}`));
  if (/^(0|[1-9]\d*)$/.test(digits)) return fromBigint(BigInt(digits));
  return undefined;
}

const escapes: Readonly<Record<string, number>> = {
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '"': 34,
  '\\': 92,
};

/** The value of a character literal `'a`, `'a'`, `'\n'`; undefined when there is no character. */
export function characterValue(literal: string): number | undefined {
  if (literal.length < 2) return undefined;
  if (literal[1] !== '\\' || literal.length < 3) return literal.charCodeAt(1);
  return escapes[literal[2]!] ?? literal.charCodeAt(2);
}

/**
 * The bytes of a string literal with its quotes: escapes `\b \f \n \r \t \v \" \\`, one to three octal digits, `\x` and
 * hexadecimal digits; other characters as UTF-8.
 */
export function stringBytes(literal: string): number[] {
  const bytes: number[] = [];
  const end = literal.length > 1 && literal.endsWith('"') ? literal.length - 1 : literal.length;
  for (let i = 1; i < end; i++) {
    const c = literal.codePointAt(i)!;
    if (c !== 0x5c) {
      if (c > 0xffff) i++;
      pushUtf8(bytes, c);
      continue;
    }
    const next = literal[++i];
    if (next === undefined || i >= end) break;
    const octal = /^[0-7]{1,3}/.exec(literal.slice(i, Math.min(i + 3, end)));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8) & 0xff);
      i += octal[0].length - 1;
    } else if (next === 'x' || next === 'X') {
      const digits = /^[0-9a-fA-F]*/.exec(literal.slice(i + 1, end))![0];
      bytes.push(Number.parseInt(digits.slice(-2) || '0', 16));
      i += digits.length;
    } else if (next === '\n') {
      // GNU as makes `\n` of a line's end before it looks at the backslash there: both characters are text.
      bytes.push(0x5c, 0x6e);
    } else {
      const escaped = escapes[next];
      if (escaped !== undefined) bytes.push(escaped);
      else pushUtf8(bytes, literal.charCodeAt(i));
    }
  }
  return bytes;
}

function pushUtf8(bytes: number[], c: number): void {
  if (c < 0x80) bytes.push(c);
  else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 0x3f));
  else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 0x3f), 0x80 | (c & 0x3f));
  else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 0x3f), 0x80 | ((c >> 6) & 0x3f), 0x80 | (c & 0x3f));
}
