import { cTokens } from './macros';

/** A value of 64 bits, and whether it is unsigned, which spreads through what it takes part in. */
interface Value {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

const ranks: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

const maximumDepth = 400;

/** The value of an `#if` expression after macro expansion; a string says what is wrong. Unknown names are 0. */
export function evaluateCondition(text: string): bigint | string {
  const reader = new ConditionReader(cTokens(text).filter((token) => !/^\s/.test(token)));
  const value = reader.conditional(0, true);
  return reader.problem() ?? value.bits;
}

class ConditionReader {
  #position = 0;
  #problem: string | undefined;

  constructor(readonly tokens: readonly string[]) {}

  /** What was wrong, what is left over included. */
  problem(): string | undefined {
    const left = this.tokens[this.#position];
    return this.#problem ?? (left === undefined ? undefined : `unexpected '${left}' in the expression of #if`);
  }

  #fail(message: string): Value {
    this.#problem ??= message;
    this.#position = this.tokens.length;
    return zero;
  }

  #take(token: string): boolean {
    if (this.tokens[this.#position] !== token) return false;
    this.#position++;
    return true;
  }

  /** @param used whether the value counts: what does not may divide by zero */
  conditional(depth: number, used: boolean): Value {
    const condition = this.#binary(0, depth, used);
    if (!this.#take('?')) return condition;
    const holds = condition.bits !== 0n;
    const yes = this.conditional(depth + 1, used && holds);
    if (!this.#take(':')) return this.#fail("missing ':' in the expression of #if");
    const no = this.conditional(depth + 1, used && !holds);
    return typed(holds ? yes.bits : no.bits, yes.unsigned || no.unsigned);
  }

  #binary(rank: number, depth: number, used: boolean): Value {
    let left = this.#unary(depth, used);
    for (;;) {
      const operator = this.tokens[this.#position] ?? '';
      const operatorRank = Object.hasOwn(ranks, operator) ? ranks[operator]! : 0;
      if (operatorRank <= rank) return left;
      this.#position++;
      const matters = operator === '&&' ? left.bits !== 0n : operator === '||' ? left.bits === 0n : true;
      const right = this.#binary(operatorRank, depth + 1, used && matters);
      if ((operator === '/' || operator === '%') && right.bits === 0n) {
        if (used) return this.#fail('division by zero in the expression of #if');
        left = zero;
      } else left = combine(operator, left, right);
    }
  }

  #unary(depth: number, used: boolean): Value {
    const token = this.tokens[this.#position++];
    if (token === undefined) return this.#fail('the expression of #if is incomplete');
    if (depth > maximumDepth) return this.#fail('the expression of #if is nested too deeply');
    switch (token) {
      case '(': {
        const value = this.conditional(depth + 1, used);
        return this.#take(')') ? value : this.#fail("missing ')' in the expression of #if");
      }
      case '!':
        return truth(this.#unary(depth + 1, used).bits === 0n);
      case '-': {
        const { bits, unsigned } = this.#unary(depth + 1, used);
        return typed(-bits, unsigned);
      }
      case '~': {
        const { bits, unsigned } = this.#unary(depth + 1, used);
        return typed(~bits, unsigned);
      }
      case '+':
        return this.#unary(depth + 1, used);
    }
    if (/^[A-Za-z_$]/.test(token)) return zero;
    if (token.startsWith("'")) return typed(characterValue(token), false);
    return numberOf(token) ?? this.#fail(`'${token}' cannot stand in the expression of #if`);
  }
}

const zero: Value = { bits: 0n, unsigned: false };

function truth(holds: boolean): Value {
  return { bits: holds ? 1n : 0n, unsigned: false };
}

function typed(bits: bigint, unsigned: boolean): Value {
  return { bits: unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits), unsigned };
}

function numberOf(token: string): Value | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlLzZ]*)$/.exec(token);
  if (!match) return undefined;
  const digits = match[1]!;
  if (/^0\d/.test(digits) && /[89]/.test(digits)) return undefined;
  const bits = BigInt(/^0\d+$/.test(digits) ? `0o${digits}` : digits);
  // Decimal numbers that are too large for a signed type are unsigned too, as in gcc.
  return typed(bits, /[uU]/.test(match[2]!) || bits > 0x7fff_ffff_ffff_ffffn);
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Several characters of one literal make a number together. */
function characterValue(literal: string): bigint {
  let value = 0n;
  for (const part of literal.slice(1, -1).match(/\\x[0-9a-fA-F]+|\\[0-7]{1,3}|\\[\s\S]|[\s\S]/gu) ?? []) {
    const code = !part.startsWith('\\')
      ? part.codePointAt(0)!
      : /^\\x/.test(part)
        ? Number.parseInt(part.slice(2), 16)
        : /^\\[0-7]/.test(part)
          ? Number.parseInt(part.slice(1), 8)
          : (escapes[part[1]!] ?? part.charCodeAt(1));
    value = (value << 8n) | BigInt(code & 0xff);
  }
  return value;
}

function combine(operator: string, left: Value, right: Value): Value {
  const shift = operator === '<<' || operator === '>>';
  const unsigned = left.unsigned || (!shift && right.unsigned);
  const a = typed(left.bits, unsigned).bits;
  const b = shift ? right.bits : typed(right.bits, unsigned).bits;
  switch (operator) {
    case '||':
      return truth(left.bits !== 0n || right.bits !== 0n);
    case '&&':
      return truth(left.bits !== 0n && right.bits !== 0n);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '|':
      return typed(a | b, unsigned);
    case '^':
      return typed(a ^ b, unsigned);
    case '&':
      return typed(a & b, unsigned);
    case '<<':
      return shifted(a, b, unsigned);
    case '>>':
      return shifted(a, -b, unsigned);
    case '+':
      return typed(a + b, unsigned);
    case '-':
      return typed(a - b, unsigned);
    case '*':
      return typed(a * b, unsigned);
    case '/':
      return typed(a / b, unsigned);
    default:
      return typed(a % b, unsigned);
  }
}

/** To the left by `count`, or to the right when that is negative. */
function shifted(bits: bigint, count: bigint, unsigned: boolean): Value {
  if (count >= 64n) return typed(0n, unsigned);
  if (count <= -64n) return typed(bits < 0n ? -1n : 0n, unsigned);
  return typed(count >= 0n ? bits << count : bits >> -count, unsigned);
}
