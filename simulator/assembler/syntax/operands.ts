import { type Expression, parseExpression } from './expression';
import { isDigit, isNameStart, Lexer, skipName, skipSpace, TokenKind } from './lexer';

/**
 * An operand of an instruction or data directive in general form: `expression`, or `expression(base)`. Whether a name is
 * a register, a CSR or a symbol is for the instruction to say.
 */
export interface Operand {
  readonly expression: Expression;
  /** The expression in parentheses directly after, as in `8(sp)`. */
  readonly base: Expression | undefined;
  readonly start: number;
  readonly end: number;
  /** Text that belongs to no expression: from this column to `end`; -1 for none. */
  readonly junk: number;
}

/** Parses a comma-separated operand list in columns start..end of a line. An empty range has no operand. */
export function parseOperands(text: string, start: number, end: number): readonly Operand[] {
  const operands: Operand[] = [];
  if (start >= end) return operands;
  // Most operands are names and small numbers, which need no lexer; the first that is more hands over to the general way.
  let position = start;
  while (position < end) {
    const operand = simpleOperand(text, skipSpace(text, position, end), end);
    if (!operand) break;
    operands.push(operand);
    position = skipSpace(text, operand.end, end);
    if (position >= end) return operands;
    position++;
  }
  const lexer = new Lexer(text, position, end);
  lexer.next();
  for (;;) {
    const operandStart = lexer.start;
    const expression = parseExpression(lexer);
    let base: Expression | undefined;
    let operandEnd = expression.end;
    if (lexer.is('(')) {
      lexer.next();
      base = parseExpression(lexer);
      operandEnd = base.end;
      if (lexer.is(')')) {
        operandEnd = lexer.end;
        lexer.next();
      } else base = { kind: 'invalid', message: "missing ')'", start: base.start, end: base.end };
    }
    let junk = -1;
    while (lexer.kind !== TokenKind.End && !lexer.is(',')) {
      if (junk < 0) junk = lexer.start;
      operandEnd = lexer.end;
      lexer.next();
    }
    operands.push({ expression, base, start: operandStart, end: Math.max(operandEnd, operandStart), junk });
    if (lexer.kind === TokenKind.End) return operands;
    lexer.next();
  }
}

const Comma = 0x2c;
const Minus = 0x2d;
const Dot = 0x2e;
const OpenParenthesis = 0x28;
const CloseParenthesis = 0x29;
const longestSimpleNumber = 9;

/**
 * A name, a small decimal number, or either of them with a name in parentheses, that ends at a comma or at `end`; undefined
 * when the operand is anything else. It gives what `parseExpression` would.
 */
function simpleOperand(text: string, start: number, end: number): Operand | undefined {
  const expression = simpleExpression(text, start, end);
  if (!expression) return undefined;
  let position = skipSpace(text, expression.end, end);
  if (position >= end || text.charCodeAt(position) === Comma)
    return { expression, base: undefined, start, end: expression.end, junk: -1 };
  if (text.charCodeAt(position) !== OpenParenthesis) return undefined;
  const base = simpleExpression(text, skipSpace(text, position + 1, end), end);
  if (!base) return undefined;
  position = skipSpace(text, base.end, end);
  if (text.charCodeAt(position) !== CloseParenthesis || position >= end) return undefined;
  const after = skipSpace(text, position + 1, end);
  if (after < end && text.charCodeAt(after) !== Comma) return undefined;
  return { expression, base, start, end: position + 1, junk: -1 };
}

function simpleExpression(text: string, start: number, end: number): Expression | undefined {
  if (start >= end) return undefined;
  const c = text.charCodeAt(start);
  if (isNameStart(c)) {
    const after = skipName(text, start, end);
    if (after === start + 1 && c === Dot) return { kind: 'dot', start, end: after };
    // `.sizeof.` and its like take a name in parentheses.
    if (c === Dot && text.charCodeAt(after - 1) === Dot) return undefined;
    return { kind: 'symbol', name: text.slice(start, after), start, end: after };
  }
  if (c === Minus) {
    const operand = simpleNumber(text, start + 1, end);
    return operand && { kind: 'unary', operator: '-', operand, start, end: operand.end };
  }
  return simpleNumber(text, start, end);
}

/** A decimal number of a few digits: one that starts with 0 may be of another base. */
function simpleNumber(text: string, start: number, end: number): Expression | undefined {
  let position = start;
  let value = 0;
  while (position < end && isDigit(text.charCodeAt(position))) value = value * 10 + text.charCodeAt(position++) - 0x30;
  const digits = position - start;
  if (digits === 0 || digits > longestSimpleNumber) return undefined;
  if (digits > 1 && text.charCodeAt(start) === 0x30) return undefined;
  // Letters after it make it something else: `1f`, `10u`, `0x10`.
  if (skipName(text, position, end) !== position) return undefined;
  return { kind: 'number', value, start, end: position };
}
