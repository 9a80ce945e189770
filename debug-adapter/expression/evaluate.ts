import { RequestError } from '../request-error';
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
  /** @throws RequestError when there is no memory */
  read(space: Space, address: bigint, bytes: number): bigint;
  /** @throws RequestError when it cannot be written */
  write(place: Place, bits: bigint): void;
}

/** @throws RequestError */
export function evaluate(text: string, environment: Environment): Value {
  return evaluateParsed(parseExpression(text), environment);
}

/** @throws RequestError */
export function evaluateParsed(expression: Expression, environment: Environment): Value {
  return new Evaluation(environment).value(expression);
}

/** The number that a value stands for: negative ones of signed types too. */
export function numberOf({ type, bits }: Value): bigint {
  return type.kind === 'integer' && type.signed ? BigInt.asIntN(type.bytes * 8, bits) : bits;
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
    throw new RequestError(`nothing is called '${name}': no register, CSR, symbol or variable`);
  }

  private field(base: Expression, field: string): Value {
    const value = this.value(base);
    const { place } = value;
    const found = place?.kind === 'csr' ? this.environment.field(place.number, field) : undefined;
    if (!found) throw new RequestError(`there is no field '${field}': only CSRs have fields`);
    return found;
  }

  private unary({ operator, operand }: Extract<Expression, { kind: 'unary' }>): Value {
    const value = this.value(operand);
    switch (operator) {
      case '+':
        return value;
      case '-':
        return wrap(-numberOf(value), promoted(value.type));
      case '~':
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
        if (operand.kind === 'name' && !value.place) return asPointer(value);
        throw new RequestError('only what is in memory has an address');
    }
  }

  private binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>): Value {
    if (operator === '&&') return truth(isTrue(this.value(left)) && isTrue(this.value(right)));
    if (operator === '||') return truth(isTrue(this.value(left)) || isTrue(this.value(right)));
    const [a, b] = [this.value(left), this.value(right)];
    if (a.type.kind === 'pointer' && (operator === '+' || (operator === '-' && b.type.kind !== 'pointer')))
      return this.sum(a, b, operator === '+' ? 1n : -1n);
    if (b.type.kind === 'pointer' && operator === '+') return this.sum(b, a, 1n);
    if (operator === '<<' || operator === '>>') {
      const count = b.bits & 63n;
      return wrap(operator === '<<' ? numberOf(a) << count : numberOf(a) >> count, promoted(a.type));
    }
    return arithmetic(operator, a, b);
  }

  private sum(pointer: Value, index: Value, sign: bigint): Value {
    const step = pointer.type.kind === 'pointer' ? BigInt(sizeOf(pointer.type.to)) : 1n;
    return { type: pointer.type, bits: BigInt.asUintN(64, pointer.bits + sign * step * numberOf(index)) };
  }

  private dereference({ type, bits }: Value): Value {
    if (type.kind !== 'pointer') throw new RequestError('only an address can be dereferenced');
    const bytes = sizeOf(type.to);
    const { space } = type;
    const read = this.environment.read(space, bits, bytes);
    return { type: type.to, bits: read, place: { kind: 'memory', address: bits, space, bytes } };
  }

  private cast(value: Value, type: ValueType): Value {
    if (type.kind !== 'pointer') return wrap(numberOf(value), type);
    const space = spaceOf(value.type);
    return { type: { ...type, space }, bits: BigInt.asUintN(64, numberOf(value)) };
  }

  private assign(target: Value, value: Value): Value {
    if (!target.place) throw new RequestError('this cannot be assigned to');
    const { bits } = wrap(numberOf(value), target.type);
    this.environment.write(target.place, bits);
    return { ...target, bits };
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
      if (y === 0n) throw new RequestError('division by zero');
      return wrap(operator === '/' ? x / y : x % y, type);
    case '&':
      return wrap(x & y, type);
    case '|':
      return wrap(x | y, type);
    case '^':
      return wrap(x ^ y, type);
    case '==':
      return truth(x === y);
    case '!=':
      return truth(x !== y);
    case '<':
      return truth(x < y);
    case '<=':
      return truth(x <= y);
    case '>':
      return truth(x > y);
    default:
      return truth(x >= y);
  }
}

export const isTrue = ({ bits }: Value): boolean => bits !== 0n;

const truth = (value: boolean): Value => ({ type: signed64, bits: value ? 1n : 0n });

function wrap(value: bigint, type: ValueType): Value {
  return { type, bits: BigInt.asUintN(sizeOf(type) * 8, value) };
}

/** Arithmetic is on 64 bits: a literal, a register and a byte of memory can be compared without surprises. */
function promoted(type: ValueType): ValueType {
  if (type.kind === 'pointer') return unsigned64;
  return type.bytes < 8 || type.signed ? signed64 : unsigned64;
}

/** Unsigned if either is a register, CSR or address; a literal alone does not decide. */
function common(a: ValueType, b: ValueType): ValueType {
  const [x, y] = [promoted(a), promoted(b)];
  return x === unsigned64 || y === unsigned64 ? unsigned64 : signed64;
}

/** An integer taken as an address points to 64-bit words. */
function asPointer(value: Value): Value {
  if (value.type.kind === 'pointer') return value;
  return { type: { kind: 'pointer', to: unsigned64, space: spaceOf(value.type) }, bits: value.bits };
}

const spaceOf = (type: ValueType): Space => type.space ?? 'gva';
