import type { Integer } from '../../../object/bytes/integer';
import { type Expression, parseExpression, stringBytes } from '../../syntax/expression';
import { isClosedString, Lexer, TokenKind } from '../../syntax/lexer';
import type { Statement } from '../../syntax/statement';
import type { Bound } from '../../unit/symbols-and-sections';
import type { Unit } from '../../unit/unit';
import type { ExpansionHost } from '../expansion-host';

/** An entry of the directive table. */
export interface Directive {
  /** In lower case with the dot. */
  readonly name: string;
  /** Its operands as a manual writes them: 'symbol, expression'. */
  readonly operands: string;
  readonly summary: string;
  readonly run: (unit: Unit, statement: Statement, host: ExpansionHost) => void;
}

export type Run = Directive['run'];

/** Makes one entry for each name. */
export function directives(names: string, operands: string, summary: string, run: Run): Directive[] {
  return names.split(' ').map((name) => ({ name, operands, summary, run }));
}

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Reads a directive's operands in order, and reports what is missing or left over. */
export class OperandReader {
  readonly lexer: Lexer;

  constructor(
    readonly unit: Unit,
    readonly statement: Statement,
  ) {
    this.lexer = new Lexer(statement.text, statement.operandsStart, statement.end);
    this.lexer.next();
  }

  get atEnd(): boolean {
    return this.lexer.kind === TokenKind.End;
  }

  /** Moves past a comma when one comes next. */
  comma(): boolean {
    return this.lexer.take(',');
  }

  /** A comma that must be there. */
  requireComma(what: string): boolean {
    if (this.comma()) return true;
    this.missing(`a comma and ${what}`);
    return false;
  }

  expression(): Expression {
    return parseExpression(this.lexer);
  }

  /** A symbol name, plain or quoted. */
  symbol(what = 'a symbol name'): Word | undefined {
    const { lexer } = this;
    if (lexer.kind !== TokenKind.Name && lexer.kind !== TokenKind.String) {
      this.missing(what);
      return undefined;
    }
    const { start, end, value: text } = lexer;
    if (lexer.kind === TokenKind.String) {
      const quoted = lexer.takeQuotedName();
      return { text: quoted.name, start, end: quoted.end };
    }
    lexer.next();
    return { text, start, end };
  }

  /** A name if one comes next. */
  word(): Word | undefined {
    return this.lexer.kind === TokenKind.Name ? this.symbol() : undefined;
  }

  /** The bytes of a string literal; undefined after reporting that there is none. */
  string(): { bytes: number[]; start: number; end: number } | undefined {
    const { lexer } = this;
    if (lexer.kind !== TokenKind.String) {
      this.missing('a string in double quotes');
      return undefined;
    }
    const { start, end, value } = lexer;
    if (!isClosedString(value, 0, value.length)) {
      const message = 'the string has no closing quote: all up to the end of the source is in it';
      this.unit.warning('unterminated-string', message, start, end);
    } else if (value.includes('\n')) {
      this.unit.warning(
        'string-over-lines',
        'the string goes on over the end of its line: so does its text',
        start,
        end,
      );
    }
    lexer.next();
    return { bytes: stringBytes(value), start, end };
  }

  /** The text of a string literal (a file name, a message). */
  text(): Word | undefined {
    const literal = this.string();
    return (
      literal && {
        text: new TextDecoder().decode(Uint8Array.from(literal.bytes)),
        start: literal.start,
        end: literal.end,
      }
    );
  }

  /** A constant that must be known now; `fallback` when nothing stands here. */
  constant(what: string, fallback?: Integer): Integer | undefined {
    const expression = this.expression();
    if (expression.kind === 'missing' && fallback !== undefined) return fallback;
    if (expression.kind === 'missing') {
      this.missing(what);
      return undefined;
    }
    return this.unit.constant(expression, what);
  }

  bound(what: string): { value: Bound; start: number; end: number } | undefined {
    const expression = this.expression();
    if (expression.kind === 'missing') {
      this.missing(what);
      return undefined;
    }
    return { value: this.unit.bind(expression), start: expression.start, end: expression.end };
  }

  /** Whether there are no operands at all, where GNU as takes 0 for what is missing. */
  none(what: string): boolean {
    const { statement } = this;
    if (!this.atEnd) return false;
    this.unit.warning(
      'missing-operand',
      `'${statement.name}': ${what} is missing: 0 is taken`,
      statement.start,
      statement.end,
    );
    return true;
  }

  missing(what: string): void {
    const { lexer, statement } = this;
    const atEnd = lexer.kind === TokenKind.End;
    const start = atEnd ? statement.start : lexer.start;
    const end = atEnd ? Math.max(statement.end, statement.start + statement.name.length) : lexer.end;
    const found = atEnd ? '' : `, not '${lexer.value}'`;
    this.unit.error(
      'missing-operand',
      `'${statement.name}': ${what} is expected${atEnd ? '' : ' here'}${found}`,
      start,
      end,
    );
    this.skip();
  }

  /** Reports anything that is left. */
  finish(): void {
    const { lexer } = this;
    if (lexer.kind === TokenKind.End) return;
    this.unit.error('junk', `'${this.statement.name}': unexpected '${lexer.value}'`, lexer.start, this.statement.end);
    this.skip();
  }

  /** Moves to the end. */
  skip(): void {
    while (this.lexer.kind !== TokenKind.End) this.lexer.next();
  }
}
