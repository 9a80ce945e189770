import { type Float, type FloatFormat, type IntegerFormat, RoundingMode } from '../../isa';

/** How numbers of a format are encoded (IEEE 754-2019, section 3.4). */
interface Encoding {
  readonly fractionBits: bigint;
  readonly fractionMask: bigint;
  readonly signBit: bigint;
  /** Bits of a significand. */
  readonly precision: bigint;
  /** The exponent field of infinities and NaN. */
  readonly specialExponent: bigint;
  /** What is taken off an exponent field for the exponent of the last bit of the significand. */
  readonly bias: bigint;
}

function encodingOf(exponentBits: bigint, fractionBits: bigint): Encoding {
  return {
    fractionBits,
    fractionMask: (1n << fractionBits) - 1n,
    signBit: 1n << (exponentBits + fractionBits),
    precision: fractionBits + 1n,
    specialExponent: (1n << exponentBits) - 1n,
    bias: (1n << (exponentBits - 1n)) - 1n + fractionBits,
  };
}

const encodings: Readonly<Record<FloatFormat, Encoding>> = {
  single: encodingOf(8n, 23n),
  double: encodingOf(11n, 52n),
};

/** Exceptions, as fflags has them: inexact, underflow, overflow, division by zero, invalid operation. */
export const FloatFlag = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;

/** How operations round, and the exceptions that they raise. */
export interface FloatEnvironment {
  /** One of `RoundingMode` but `dyn`. */
  readonly mode: number;
  flags: number;
}

/** The value of a finite number other than 0, exactly: (-1)^sign * significand * 2^exponent. */
interface Exact {
  readonly isNegative: boolean;
  readonly significand: bigint;
  readonly exponent: bigint;
}

const integerRanges: Readonly<Record<IntegerFormat, readonly [least: bigint, greatest: bigint]>> = {
  w: [-(1n << 31n), (1n << 31n) - 1n],
  wu: [0n, (1n << 32n) - 1n],
  l: [-(1n << 63n), (1n << 63n) - 1n],
  lu: [0n, (1n << 64n) - 1n],
};

/** Numbers below this are numbers of the host. */
const GREAT = 1n << 1000n;

/** How many bits a positive integer has. */
function bitLength(value: bigint): bigint {
  if (value >= GREAT) return 1000n + bitLength(value >> 1000n);
  // May be one too many, as numbers of the host are rounded.
  const length = BigInt(Math.floor(Math.log2(Number(value))) + 1);
  return value >> (length - 1n) === 0n ? length - 1n : length;
}

/** The integer part of a square root. */
function squareRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  let root = 1n << ((bitLength(value) + 1n) >> 1n);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Whether kept + rest / 2^bits, which is no integer, goes up to the next one in magnitude. */
function roundsUp(mode: number, isNegative: boolean, kept: bigint, rest: bigint, bits: bigint): boolean {
  if (mode === RoundingMode.rtz) return false;
  if (mode === RoundingMode.rdn) return isNegative;
  if (mode === RoundingMode.rup) return !isNegative;
  const half = 1n << (bits - 1n);
  if (rest !== half) return rest > half;
  return mode === RoundingMode.rmm || (kept & 1n) === 1n;
}

/** value / 2^bits rounded to an integer, and whether that is exact. */
function roundedShift(value: bigint, bits: bigint, isNegative: boolean, mode: number): readonly [bigint, boolean] {
  if (bits <= 0n) return [value << -bits, true];
  const kept = value >> bits;
  const rest = value - (kept << bits);
  if (rest === 0n) return [kept, true];
  const isUp = roundsUp(mode, isNegative, kept, rest, bits);
  return [isUp ? kept + 1n : kept, false];
}

/**
 * A floating-point number by its bits, with IEEE 754 arithmetic done in exact integers and rounded once: what the host's arithmetic
 * does not give, or not with these flags.
 */
export class SoftFloat implements Float<bigint> {
  private readonly encoding: Encoding;

  constructor(
    readonly format: FloatFormat,
    readonly bits: bigint,
    private readonly environment: FloatEnvironment,
  ) {
    this.encoding = encodings[format];
  }

  /** The number nearest to an integer. */
  static fromInteger(format: FloatFormat, value: bigint, environment: FloatEnvironment): SoftFloat {
    const zero = new SoftFloat(format, 0n, environment);
    const isNegative = value < 0n;
    return zero.rounded({ isNegative, significand: isNegative ? -value : value, exponent: 0n }, false);
  }

  static canonicalNaN(format: FloatFormat, environment: FloatEnvironment): SoftFloat {
    const zero = new SoftFloat(format, 0n, environment);
    return zero.nan();
  }

  add(other: SoftFloat): SoftFloat {
    if (this.isNaN || other.isNaN) return this.nanOf(other);
    if (this.isInfinite || other.isInfinite) {
      if (this.isInfinite && other.isInfinite && this.isNegative !== other.isNegative) return this.invalid();
      return this.isInfinite ? this : other;
    }
    const isBothNegative = this.isNegative && other.isNegative;
    const isNegativeZero = isBothNegative || (this.isNegative !== other.isNegative && this.roundsDown);
    return this.rounded(sum(this.exact, other.exact), isNegativeZero);
  }

  sub(other: SoftFloat): SoftFloat {
    return this.add(other.negate());
  }

  mul(other: SoftFloat): SoftFloat {
    if (this.isNaN || other.isNaN) return this.nanOf(other);
    const isNegative = this.isNegative !== other.isNegative;
    if (this.isInfinite || other.isInfinite) {
      return this.isZero || other.isZero ? this.invalid() : this.infinity(isNegative);
    }
    return this.rounded(product(this.exact, other.exact), isNegative);
  }

  div(other: SoftFloat): SoftFloat {
    if (this.isNaN || other.isNaN) return this.nanOf(other);
    const isNegative = this.isNegative !== other.isNegative;
    if (this.isInfinite) return other.isInfinite ? this.invalid() : this.infinity(isNegative);
    if (other.isInfinite) return this.zero(isNegative);
    if (other.isZero) {
      if (this.isZero) return this.invalid();
      this.raise(FloatFlag.DZ);
      return this.infinity(isNegative);
    }
    const [a, b] = [this.exact, other.exact];
    // Enough bits to round, the last of which says whether there is a remainder.
    const extra = this.encoding.precision + 2n + bitLength(b.significand);
    const dividend = a.significand << extra;
    const isExact = dividend % b.significand === 0n;
    const significand = ((dividend / b.significand) << 1n) | (isExact ? 0n : 1n);
    return this.rounded({ isNegative, significand, exponent: a.exponent - b.exponent - extra - 1n }, isNegative);
  }

  sqrt(): SoftFloat {
    if (this.isNaN) return this.nanOf(this);
    if (this.isZero) return this;
    if (this.isNegative) return this.invalid();
    if (this.isInfinite) return this;
    const { significand, exponent } = this.exact;
    const extra = 2n * this.encoding.precision + 4n + (exponent & 1n);
    const radicand = significand << extra;
    const root = squareRoot(radicand);
    const isExact = root * root === radicand;
    const half = (exponent - extra) >> 1n;
    return this.rounded(
      { isNegative: false, significand: (root << 1n) | (isExact ? 0n : 1n), exponent: half - 1n },
      false,
    );
  }

  mulAdd(factor: SoftFloat, addend: SoftFloat): SoftFloat {
    const isInvalidProduct = (this.isInfinite && factor.isZero) || (this.isZero && factor.isInfinite);
    // Also where the addend is a quiet NaN.
    if (isInvalidProduct) return this.invalid();
    if (this.isNaN || factor.isNaN || addend.isNaN) return this.nanOf(factor, addend);
    const isNegative = this.isNegative !== factor.isNegative;
    if (this.isInfinite || factor.isInfinite) {
      return addend.isInfinite && addend.isNegative !== isNegative ? this.invalid() : this.infinity(isNegative);
    }
    if (addend.isInfinite) return addend;
    const isBothNegative = isNegative && addend.isNegative;
    const isNegativeZero = isBothNegative || (isNegative !== addend.isNegative && this.roundsDown);
    return this.rounded(sum(product(this.exact, factor.exact), addend.exact), isNegativeZero);
  }

  negate(): SoftFloat {
    return this.withBits(this.bits ^ this.encoding.signBit);
  }

  min(other: SoftFloat): SoftFloat {
    return this.least(other, (a, b) => a.isLess(b));
  }

  max(other: SoftFloat): SoftFloat {
    return this.least(other, (a, b) => b.isLess(a));
  }

  equal(other: SoftFloat): bigint {
    if (this.isSignaling || other.isSignaling) this.raise(FloatFlag.NV);
    if (this.isNaN || other.isNaN) return 0n;
    return this.bits === other.bits || (this.isZero && other.isZero) ? 1n : 0n;
  }

  less(other: SoftFloat): bigint {
    if (this.isNaN || other.isNaN) {
      this.raise(FloatFlag.NV);
      return 0n;
    }
    return this.isLess(other) && !(this.isZero && other.isZero) ? 1n : 0n;
  }

  lessOrEqual(other: SoftFloat): bigint {
    if (this.isNaN || other.isNaN) {
      this.raise(FloatFlag.NV);
      return 0n;
    }
    return other.isLess(this) && !(this.isZero && other.isZero) ? 0n : 1n;
  }

  toInteger(format: IntegerFormat): bigint {
    const [least, greatest] = integerRanges[format];
    let result: bigint;
    if (this.isNaN || this.isInfinite) {
      this.raise(FloatFlag.NV);
      result = this.isNaN || !this.isNegative ? greatest : least;
    } else {
      const { isNegative, significand, exponent } = this.exact;
      const [magnitude, isExact] = roundedShift(significand, -exponent, isNegative, this.environment.mode);
      result = isNegative ? -magnitude : magnitude;
      if (result < least || result > greatest) {
        this.raise(FloatFlag.NV);
        result = result < least ? least : greatest;
      } else if (!isExact) this.raise(FloatFlag.NX);
    }
    return format === 'wu' ? BigInt.asIntN(32, result) : result;
  }

  toFormat(format: FloatFormat): SoftFloat {
    const result = new SoftFloat(format, 0n, this.environment);
    if (this.isNaN) {
      if (this.isSignaling) this.raise(FloatFlag.NV);
      return result.nan();
    }
    if (this.isInfinite) return result.infinity(this.isNegative);
    return result.rounded(this.exact, this.isNegative);
  }

  private get exponentField(): bigint {
    return (this.bits >> this.encoding.fractionBits) & this.encoding.specialExponent;
  }

  private get fraction(): bigint {
    return this.bits & this.encoding.fractionMask;
  }

  private get isNegative(): boolean {
    return (this.bits & this.encoding.signBit) !== 0n;
  }

  private get isZero(): boolean {
    return (this.bits & ~this.encoding.signBit) === 0n;
  }

  private get isInfinite(): boolean {
    return this.exponentField === this.encoding.specialExponent && this.fraction === 0n;
  }

  private get isNaN(): boolean {
    return this.exponentField === this.encoding.specialExponent && this.fraction !== 0n;
  }

  private get isSignaling(): boolean {
    return this.isNaN && this.fraction >> (this.encoding.fractionBits - 1n) === 0n;
  }

  private get roundsDown(): boolean {
    return this.environment.mode === RoundingMode.rdn;
  }

  /** Of a finite number; subnormal numbers have the exponent of the smallest normal ones. */
  private get exact(): Exact {
    const { exponentField, fraction, isNegative } = this;
    const isNormal = exponentField !== 0n;
    const significand = isNormal ? fraction | (1n << this.encoding.fractionBits) : fraction;
    return { isNegative, significand, exponent: (isNormal ? exponentField : 1n) - this.encoding.bias };
  }

  /** -0 is less than +0. */
  private isLess(other: SoftFloat): boolean {
    if (this.isNegative !== other.isNegative) return this.isNegative;
    return this.isNegative ? this.bits > other.bits : this.bits < other.bits;
  }

  private least(other: SoftFloat, isLess: (a: SoftFloat, b: SoftFloat) => boolean): SoftFloat {
    if (this.isSignaling || other.isSignaling) this.raise(FloatFlag.NV);
    if (this.isNaN) return other.isNaN ? this.nan() : other;
    return other.isNaN || isLess(this, other) ? this : other;
  }

  private raise(flag: number): void {
    this.environment.flags |= flag;
  }

  private withBits(bits: bigint): SoftFloat {
    return new SoftFloat(this.format, bits, this.environment);
  }

  private nan(): SoftFloat {
    return this.withBits(
      (this.encoding.specialExponent << this.encoding.fractionBits) | (1n << (this.encoding.fractionBits - 1n)),
    );
  }

  /** The result of an operation with NaN. */
  private nanOf(...others: readonly SoftFloat[]): SoftFloat {
    if ([this, ...others].some((number) => number.isSignaling)) this.raise(FloatFlag.NV);
    return this.nan();
  }

  private invalid(): SoftFloat {
    this.raise(FloatFlag.NV);
    return this.nan();
  }

  private infinity(isNegative: boolean): SoftFloat {
    return this.signed(this.encoding.specialExponent << this.encoding.fractionBits, isNegative);
  }

  private zero(isNegative: boolean): SoftFloat {
    return this.signed(0n, isNegative);
  }

  private signed(magnitude: bigint, isNegative: boolean): SoftFloat {
    return this.withBits(isNegative ? magnitude | this.encoding.signBit : magnitude);
  }

  /** The number of this format for an exact value (IEEE 754-2019, section 7.4 and 7.5; tininess is detected after rounding). */
  private rounded({ isNegative, significand, exponent }: Exact, isNegativeZero: boolean): SoftFloat {
    if (significand === 0n) return this.zero(isNegativeZero);
    const { mode } = this.environment;
    const { fractionBits, precision, bias, specialExponent } = this.encoding;
    const least = 1n - bias;
    // The exponent of the last bit: as precise as can be, but not below that of subnormal numbers.
    const free = exponent + bitLength(significand) - precision;
    const last = free < least ? least : free;
    const [kept, isExact] = roundedShift(significand, last - exponent, isNegative, mode);
    // A carry out of the significand goes on into the exponent.
    const magnitude = ((last - least) << fractionBits) + kept;
    const infinity = specialExponent << fractionBits;
    if (magnitude >= infinity) {
      this.raise(FloatFlag.OF | FloatFlag.NX);
      const toInfinity = roundedShift(3n, 2n, isNegative, mode)[0] === 1n;
      return this.signed(toInfinity ? infinity : infinity - 1n, isNegative);
    }
    if (!isExact) {
      this.raise(FloatFlag.NX);
      const [unbounded] = roundedShift(significand, free - exponent, isNegative, mode);
      const reachesNormal = free === least - 1n && unbounded === 1n << precision;
      if (free < least && !reachesNormal) this.raise(FloatFlag.UF);
    }
    return this.signed(magnitude, isNegative);
  }
}

function product(a: Exact, b: Exact): Exact {
  return {
    isNegative: a.isNegative !== b.isNegative,
    significand: a.significand * b.significand,
    exponent: a.exponent + b.exponent,
  };
}

function sum(a: Exact, b: Exact): Exact {
  const exponent = a.exponent < b.exponent ? a.exponent : b.exponent;
  const term = (value: Exact): bigint => {
    const magnitude = value.significand << (value.exponent - exponent);
    return value.isNegative ? -magnitude : magnitude;
  };
  const total = term(a) + term(b);
  return { isNegative: total < 0n, significand: total < 0n ? -total : total, exponent };
}
