import { type Expression, parseExpression } from './expression';
import { Lexer, TokenKind } from './lexer';
import type { Statement } from './statement';

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

/** The statement's operands, parsed once for the life of its line. */
export function operandsOf(statement: Statement): readonly Operand[] {
  statement.operands ??= parseOperands(statement.text, statement.operandsStart, statement.end);
  return statement.operands;
}

/** Parses a comma-separated operand list in columns start..end of a line. An empty range has no operand. */
export function parseOperands(text: string, start: number, end: number): readonly Operand[] {
  const operands: Operand[] = [];
  if (start >= end) return operands;
  const lexer = new Lexer(text, start, end);
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
