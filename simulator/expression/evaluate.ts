import { ExpressionError } from './expression-error';
import { boxed, type FloatSize, floatBits, floatOf } from './floats';
import { parseExpression } from './parse';
import { type Expression, type Space, signed64, unsigned64, type ValueType } from './syntax';

/** Something that can be assigned to. */
export type Place =
  | { readonly kind: 'register'; readonly number: number }
  | { readonly kind: 'pc' }
  | { readonly kind: 'csr'; readonly number: number; readonly field?: string }
  | { readonly kind: 'memory'; readonly address: bigint; readonly space: Space; readonly bytes: number };

export interface Value {
  readonly type: ValueType;
  /** Unsigned, of the type's width. */
  readonly bits: bigint;
  readonly place?: Place;
}

/** What an expression is about. Reading has no side effects. */
export interface Environment {
  /** Undefined when nothing has that name. @param isMachine only registers and CSRs count */
  lookUp(name: string, isMachine: boolean): Value | undefined;
  /** The field of a CSR; undefined when it has none of that name. */
  field(csr: number, field: string): Value | undefined;
  /** @throws ExpressionError when there is no memory */
  read(space: Space, address: bigint, bytes: number): bigint;
  /** @throws ExpressionError when it cannot be written */
  write(place: Place, bits: bigint): void;
}

/** @throws ExpressionError */
export function evaluate(text: string, environment: Environment): Value {
  return evaluateParsed(parseExpression(text), environment);
}

/** @throws ExpressionError */
export function evaluateParsed(expression: Expression, environment: Environment): Value {
  return new Evaluation(environment).value(expression);
}

/** The number that a value stands for: negative ones of signed types too. */
export function numberOf({ type, bits }: Value): bigint {
  if (type.kind === 'float') {
    const real = floatOf(bits, type.bytes);
    if (!Number.isFinite(real)) throw new ExpressionError(`${real} is no integer`);
    return BigInt(Math.trunc(real));
  }
  return type.kind === 'integer' && type.signed ? BigInt.asIntN(type.bytes * 8, bits) : bits;
}

export const isFloat = (type: ValueType): type is Extract<ValueType, { kind: 'float' }> => type.kind === 'float';

/** The number that a value stands for, with what is behind its point. */
export function realOf(value: Value): number {
  return isFloat(value.type) ? floatOf(value.bits, value.type.bytes) : Number(numberOf(value));
}

export function sizeOf(type: ValueType): number {
  return type.kind === 'pointer' ? 8 : type.bytes;
}

class Evaluation {
  constructor(private readonly environment: Environment) {}

  value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return { type: signed64, bits: expression.value };
      case 'real':
        return real(expression.value, expression.bytes);
      case 'name':
        return this.named(expression.name, expression.isMachine);
      case 'unary':
        return this.unary(expression);
      case 'binary':
        return this.binary(expression);
      case 'conditional':
        return isTrue(this.value(expression.test)) ? this.value(expression.yes) : this.value(expression.no);
      case 'cast':
        return this.cast(this.value(expression.operand), expression.type);
      case 'index': {
        const base = this.value(expression.base);
        return this.dereference(this.sum(asPointer(base), this.value(expression.index), 1n));
      }
      case 'field':
        return this.field(expression.base, expression.field);
      case 'assignment':
        return this.assign(this.value(expression.target), this.value(expression.value));
    }
  }

  /** `sstatus.SIE` is read as one word; so is a symbol with dots. */
  private named(name: string, isMachine: boolean): Value {
    const whole = this.environment.lookUp(name, isMachine);
    if (whole) return whole;
    const dot = name.lastIndexOf('.');
    if (dot > 0) {
      const base: Expression = { kind: 'name', name: name.slice(0, dot), isMachine };
      return this.field(base, name.slice(dot + 1));
    }
    throw new ExpressionError(`nothing is called '${name}': no register, CSR, symbol or variable`);
  }

  private field(base: Expression, field: string): Value {
    const value = this.value(base);
    const { place } = value;
    const found = place?.kind === 'csr' ? this.environment.field(place.number, field) : undefined;
    if (!found) throw new ExpressionError(`there is no field '${field}': only CSRs have fields`);
    return found;
  }

  private unary({ operator, operand }: Extract<Expression, { kind: 'unary' }>): Value {
    const value = this.value(operand);
    switch (operator) {
      case '+':
        return value;
      case '-':
        if (isFloat(value.type)) return real(-realOf(value), value.type.bytes);
        return wrap(-numberOf(value), promoted(value.type));
      case '~':
        needIntegers(operator, value);
        return wrap(~numberOf(value), promoted(value.type));
      case '!':
        return truth(!isTrue(value));
      case '*':
        return this.dereference(asPointer(value));
      case '&':
        if (value.place?.kind === 'memory') {
          const { address, space } = value.place;
          return { type: { kind: 'pointer', to: value.type, space }, bits: address };
        }
        // A symbol stands for its address already.
        if (operand.kind === 'name' && !value.place && !isFloat(value.type))
          return { type: { kind: 'pointer', to: unsigned64, space: spaceOf(value.type) }, bits: value.bits };
        throw new ExpressionError('only what is in memory has an address');
    }
  }

  private binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>): Value {
    if (operator === '&&') return truth(isTrue(this.value(left)) && isTrue(this.value(right)));
    if (operator === '||') return truth(isTrue(this.value(left)) || isTrue(this.value(right)));
    const [a, b] = [this.value(left), this.value(right)];
    if (isFloat(a.type) || isFloat(b.type)) return realArithmetic(operator, a, b);
    if (a.type.kind === 'pointer' && (operator === '+' || (operator === '-' && b.type.kind !== 'pointer')))
      return this.sum(a, b, operator === '+' ? 1n : -1n);
    if (b.type.kind === 'pointer' && operator === '+') return this.sum(b, a, 1n);
    if (operator === '<<' || operator === '>>') {
      const count = b.bits & 63n;
      return wrap(operator === '<<' ? numberOf(a) << count : numberOf(a) >> count, promoted(a.type));
    }
    const result = arithmetic(operator, a, b);
    const symbol = symbolOf(a) ?? symbolOf(b);
    if (symbol === undefined || (operator !== '+' && operator !== '-') || result.type.kind !== 'integer') return result;
    return { ...result, type: { ...result.type, symbol } };
  }

  private sum(pointer: Value, index: Value, sign: bigint): Value {
    const step = pointer.type.kind === 'pointer' ? BigInt(sizeOf(pointer.type.to)) : 1n;
    return { type: pointer.type, bits: BigInt.asUintN(64, pointer.bits + sign * step * numberOf(index)) };
  }

  private dereference({ type, bits }: Value): Value {
    if (type.kind !== 'pointer') throw new ExpressionError('only an address can be dereferenced');
    const bytes = sizeOf(type.to);
    const { space } = type;
    const read = this.environment.read(space, bits, bytes);
    return { type: type.to, bits: read, place: { kind: 'memory', address: bits, space, bytes } };
  }

  private cast(value: Value, type: ValueType): Value {
    if (isFloat(type)) return real(realOf(value), type.bytes);
    if (type.kind !== 'pointer') return wrap(numberOf(value), type);
    needIntegers('a cast to an address', value);
    const space = spaceOf(value.type);
    return { type: { ...type, space }, bits: BigInt.asUintN(64, numberOf(value)) };
  }

  private assign(target: Value, value: Value): Value {
    if (!target.place) throw new ExpressionError('this cannot be assigned to');
    const { type, bits } = converted(value, target.type);
    const isBoxed = target.place.kind === 'register' && isFloat(type) && type.bytes === 4;
    this.environment.write(target.place, isBoxed ? boxed(bits) : bits);
    return { ...target, type, bits };
  }
}

function arithmetic(operator: string, a: Value, b: Value): Value {
  const type = common(a.type, b.type);
  const signed = type.kind === 'integer' && type.signed;
  const width = sizeOf(type) * 8;
  const read = (value: Value): bigint => {
    const extended = BigInt.asUintN(width, numberOf(value));
    return signed ? BigInt.asIntN(width, extended) : extended;
  };
  const [x, y] = [read(a), read(b)];
  switch (operator) {
    case '+':
      return wrap(x + y, type);
    case '-':
      return wrap(x - y, type);
    case '*':
      return wrap(x * y, type);
    case '/':
    case '%':
      if (y === 0n) throw new ExpressionError('division by zero');
      return wrap(operator === '/' ? x / y : x % y, type);
    case '&':
      return wrap(x & y, type);
    case '|':
      return wrap(x | y, type);
    case '^':
      return wrap(x ^ y, type);
    default: {
      const holds = compare(operator, x, y);
      if (holds === undefined) throw new ExpressionError(`there is no operator '${operator}'`);
      return truth(holds);
    }
  }
}

/** What a comparison says; undefined when the operator is none. */
function compare<T extends bigint | number>(operator: string, x: T, y: T): boolean | undefined {
  switch (operator) {
    case '==':
      return x === y;
    case '!=':
      return x !== y;
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
    default:
      return undefined;
  }
}

export const isTrue = (value: Value): boolean => (isFloat(value.type) ? realOf(value) !== 0 : value.bits !== 0n);

const truth = (value: boolean): Value => ({ type: signed64, bits: value ? 1n : 0n });

function real(value: number, bytes: FloatSize): Value {
  return { type: { kind: 'float', bytes }, bits: floatBits(value, bytes) };
}

/** A value as what is assigned to has it. A float that is written as such makes a register hold a float. */
function converted(value: Value, type: ValueType): Value {
  if (!isFloat(type)) return wrap(numberOf(value), type);
  const isSingle = type.bytes === 4 || (isFloat(value.type) && value.type.bytes === 4);
  return real(realOf(value), isSingle ? 4 : 8);
}

function needIntegers(what: string, ...values: readonly Value[]): void {
  if (values.some(({ type }) => isFloat(type)))
    throw new ExpressionError(`${what} takes integers, not floating-point numbers`);
}

const symbolOf = ({ type }: Value): string | undefined => (type.kind === 'integer' ? type.symbol : undefined);

function realArithmetic(operator: string, a: Value, b: Value): Value {
  const [x, y] = [realOf(a), realOf(b)];
  const isSingle = [a, b].every(({ type }) => !isFloat(type) || type.bytes === 4);
  const bytes = isSingle ? 4 : 8;
  switch (operator) {
    case '+':
      return real(x + y, bytes);
    case '-':
      return real(x - y, bytes);
    case '*':
      return real(x * y, bytes);
    case '/':
      return real(x / y, bytes);
    default: {
      const holds = compare(operator, x, y);
      if (holds === undefined) throw new ExpressionError(`'${operator}' takes integers, not floating-point numbers`);
      return truth(holds);
    }
  }
}

function wrap(value: bigint, type: ValueType): Value {
  return { type, bits: BigInt.asUintN(sizeOf(type) * 8, value) };
}

/** Arithmetic is on 64 bits: a literal, a register and a byte of memory can be compared without surprises. */
function promoted(type: ValueType): ValueType {
  if (type.kind !== 'integer') return unsigned64;
  return type.bytes < 8 || type.signed ? signed64 : unsigned64;
}

/** Unsigned if either is a register, CSR or address; a literal alone does not decide. */
function common(a: ValueType, b: ValueType): ValueType {
  const [x, y] = [promoted(a), promoted(b)];
  return x === unsigned64 || y === unsigned64 ? unsigned64 : signed64;
}

/** An integer taken as an address points to 64-bit words; a symbol to what nobody knows. */
function asPointer(value: Value): Value {
  if (value.type.kind === 'pointer') return value;
  if (isFloat(value.type)) throw new ExpressionError('a floating-point number is no address');
  const { symbol } = value.type;
  if (symbol !== undefined)
    throw new ExpressionError(
      `what type is at '${symbol}' is not known: say it, as in ((int *)${symbol})[1] or *(long *)${symbol}`,
    );
  return { type: { kind: 'pointer', to: unsigned64, space: spaceOf(value.type) }, bits: value.bits };
}

const spaceOf = (type: ValueType): Space => type.space ?? 'gva';
