import { ExpressionError } from './expression-error';
import type { FloatSize } from './floats';
import { type Expression, isTypeWord, type Space, typeNamed, type UnaryOperator, type ValueType } from './syntax';

const token =
  /\s*(?:((?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)([fF]?)(?![\w.])|(0[xX][\da-fA-F]+|0[bB][01]+|\d+)[uUlL]*(?!\w)|'(\\?.)'|(\$?[A-Za-z_.][\w.$]*)|(<<|>>|<=|>=|==|!=|&&|\|\||->|[-+*/%&|^~!<>=?:()[\].]))/y;

const WIDEST = 1n << 64n;

/** Binary operators by how tightly they bind, loosest first. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const unaryOperators: ReadonlySet<string> = new Set(['-', '+', '~', '!', '*', '&']);
/** Longer than anybody writes, in characters. */
const LONGEST = 4096;
/** Deeper than anybody writes by hand; hostile nesting must not exhaust the stack. */
const DEEPEST = 100;

type Token =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'real'; readonly value: number; readonly bytes: FloatSize }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

/** @throws ExpressionError that says what is wrong */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokensOf(text), text);
  return parser.whole();
}

function tokensOf(text: string): Token[] {
  if (text.length > LONGEST) throw new ExpressionError('the expression is too long');
  const tokens: Token[] = [];
  const source = text.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const found = token.exec(source);
    if (!found) throw new ExpressionError(`'${source.slice(at).trim()[0]}' is not understood in '${text}'`);
    const [, real, isSingle, number, character, word, sign] = found;
    if (real !== undefined) tokens.push({ kind: 'real', value: Number(real), bytes: isSingle ? 4 : 8 });
    else if (number !== undefined) tokens.push({ kind: 'number', value: literal(number) });
    else if (character !== undefined) tokens.push({ kind: 'number', value: characterCode(character) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}

/** As in the assembler, in gdb and in C: 017 is 15. @throws ExpressionError when it is none, or has more than 64 bits */
function literal(digits: string): bigint {
  const isOctal = /^0\d/.test(digits);
  if (isOctal && /[89]/.test(digits)) throw new ExpressionError(`'${digits}' is no octal number`);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  if (value >= WIDEST) throw new ExpressionError(`'${digits}' has more than 64 bits`);
  return value;
}

function characterCode(text: string): bigint {
  const escapes: { readonly [letter: string]: number } = { n: 10, r: 13, t: 9, '0': 0, b: 8, e: 27 };
  const letter = text.at(-1) ?? '';
  const code = text.length > 1 ? (escapes[letter] ?? letter.charCodeAt(0)) : letter.charCodeAt(0);
  return BigInt(code);
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly text: string,
  ) {}

  whole(): Expression {
    if (this.tokens.length === 0) throw new ExpressionError('an expression is expected');
    const expression = this.assignment();
    if (this.at < this.tokens.length) this.unexpected();
    return expression;
  }

  private assignment(): Expression {
    const target = this.conditional();
    if (!this.take('=')) return target;
    return { kind: 'assignment', target, value: this.assignment() };
  }

  private conditional(): Expression {
    const test = this.binary(0);
    if (!this.take('?')) return test;
    const yes = this.assignment();
    this.need(':');
    return { kind: 'conditional', test, yes, no: this.conditional() };
  }

  private binary(level: number): Expression {
    const operators = levels[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.take(candidate));
      if (!operator) return left;
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expression {
    this.depth++;
    if (this.depth > DEEPEST) throw new ExpressionError('the expression is nested too deeply');
    try {
      const next = this.tokens[this.at];
      if (next?.kind === 'sign' && unaryOperators.has(next.text)) {
        this.at++;
        return { kind: 'unary', operator: next.text as UnaryOperator, operand: this.unary() };
      }
      const type = this.castType();
      return type ? { kind: 'cast', type, operand: this.unary() } : this.postfix();
    } finally {
      this.depth--;
    }
  }

  /** A type in parentheses; nothing is taken when there is none. */
  private castType(): ValueType | undefined {
    const start = this.at;
    if (!this.take('(')) return undefined;
    const words: string[] = [];
    for (let next = this.tokens[this.at]; next?.kind === 'word' && isTypeWord(next.text); next = this.tokens[this.at]) {
      words.push(next.text);
      this.at++;
    }
    let type = typeNamed(words);
    if (type) {
      const space: Space = 'gva';
      while (this.take('*')) type = { kind: 'pointer', to: type, space };
      if (this.take(')')) return type;
    }
    this.at = start;
    return undefined;
  }

  private postfix(): Expression {
    let expression = this.primary();
    for (;;) {
      if (this.take('[')) {
        const index = this.assignment();
        this.need(']');
        expression = { kind: 'index', base: expression, index };
      } else if (this.take('.') || this.take('->')) {
        const field = this.tokens[this.at++];
        if (field?.kind !== 'word') throw new ExpressionError(`the name of a field is expected in '${this.text}'`);
        expression = { kind: 'field', base: expression, field: field.text };
      } else {
        return expression;
      }
    }
  }

  private primary(): Expression {
    const next = this.tokens[this.at];
    if (!next) throw new ExpressionError(`'${this.text}' ends too early`);
    this.at++;
    if (next.kind === 'number' || next.kind === 'real') return next;
    if (next.kind === 'word') {
      if (next.text === 'sizeof')
        throw new ExpressionError('sizeof is not known here: nothing says what types things have');
      const isMachine = next.text.startsWith('$');
      return { kind: 'name', name: isMachine ? next.text.slice(1) : next.text, isMachine };
    }
    if (next.text === '(') {
      const inner = this.assignment();
      this.need(')');
      return inner;
    }
    this.at--;
    return this.unexpected();
  }

  private take(sign: string): boolean {
    const next = this.tokens[this.at];
    if (next?.kind !== 'sign' || next.text !== sign) return false;
    this.at++;
    return true;
  }

  private need(sign: string): void {
    if (!this.take(sign)) throw new ExpressionError(`'${sign}' is expected in '${this.text}'`);
  }

  private unexpected(): never {
    const next = this.tokens[this.at];
    const shown =
      next === undefined
        ? 'the end'
        : next.kind !== 'word' && next.kind !== 'sign'
          ? `${next.value}`
          : `'${next.text}'`;
    throw new ExpressionError(`${shown} is not expected here in '${this.text}'`);
  }
}
