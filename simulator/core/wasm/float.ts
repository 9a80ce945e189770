import {
  type Float,
  type FloatExecution,
  type FloatFormat,
  type FloatOperands,
  type FloatSemantics,
  type IntegerFormat,
  RoundingMode,
} from '../../isa';
import { I32, type I64 } from './expression';
import type { FunctionBuilder } from './function';
import { additionError, LEAST_EXACT_PRODUCT, oddNeighbour } from './helpers';
import { Type } from './opcodes';
import { Real, type RealType } from './real';

/** The upper half of a register that holds a single-precision number: all ones. */
export const NAN_BOX = -(2 ** 32);

/** fcsr: rounding mode and the inexact flag. */
const ROUNDING = 7 << 5;
const NX = 1;

const smallestNormal = { [Type.f32]: 2 ** -126, [Type.f64]: 2 ** -1022 } as const;

/** Operands of the current instruction. */
interface Operands {
  readonly rs1: I64;
  readonly rs2: I64;
  readonly rs3: I64;
  readonly roundingMode: I32;
}

interface Context {
  readonly f: FunctionBuilder;
  readonly fcsr: I32;
  /** Slow code evaluates the instruction, where the host's arithmetic does not tell the result and its flags. */
  readonly slowUnless: (isFast: I32) => void;
}

/**
 * Floating-point arithmetic with the host's: complete where the rounding mode is to nearest even, NX is set already or the result is
 * known to be exact, and the result is in the range of normal numbers, so that no other flag can be raised. Code is emitted as
 * operations are asked for.
 */
export class WasmFloatExecution implements FloatExecution<I64> {
  readonly single: FloatOperands<I64>;
  readonly double: FloatOperands<I64>;

  constructor(operands: Operands, context: Context) {
    this.single = new OperandsOfFormat(Type.f32, operands, context);
    this.double = new OperandsOfFormat(Type.f64, operands, context);
  }

  /** The new value of rd. */
  evaluate({ float }: FloatSemantics): I64 {
    const result = float<I64>(this);
    return result instanceof WasmFloat ? result.register() : (result as I64);
  }
}

class OperandsOfFormat implements FloatOperands<I64> {
  constructor(
    private readonly type: RealType,
    private readonly operands: Operands,
    private readonly context: Context,
  ) {}

  get rs1(): WasmFloat {
    return this.operand(this.operands.rs1);
  }

  get rs2(): WasmFloat {
    return this.operand(this.operands.rs2);
  }

  get rs3(): WasmFloat {
    return this.operand(this.operands.rs3);
  }

  fromInteger(format: IntegerFormat): WasmFloat {
    const { f } = this.context;
    const { rs1, roundingMode } = this.operands;
    const local = f.pool.take(Type.i64);
    f.set(local, format === 'w' ? rs1.word().signExtend() : format === 'wu' ? rs1.word().zeroExtend() : rs1);
    const integer = f.i64(local);
    const result = new WasmFloat(this.context, Real.fromInteger(this.type, integer, format !== 'lu'), roundingMode);
    const exact = 2 ** (this.type === Type.f64 ? 53 : 24);
    result.roundsToNearest(() =>
      format === 'lu' || format === 'wu'
        ? integer.lessUnsigned(exact + 1)
        : integer.add(exact).lessUnsigned(2 * exact + 1),
    );
    return result;
  }

  private operand(register: I64): WasmFloat {
    const { f, slowUnless } = this.context;
    if (this.type === Type.f32) slowUnless(register.greaterEqualUnsigned(NAN_BOX));
    const local = f.pool.take(this.type);
    f.set(local, Real.fromBits(this.type, register));
    return new WasmFloat(this.context, f.real(local), this.operands.roundingMode);
  }
}

class WasmFloat implements Float<I64> {
  /** @param real an expression without effects */
  constructor(
    private readonly context: Context,
    private readonly real: Real,
    private readonly roundingMode: I32,
  ) {}

  /** What a register holds that holds this number. */
  register(): I64 {
    return this.type === Type.f64 ? this.real.bits() : this.real.bits().or(NAN_BOX);
  }

  add(other: WasmFloat): WasmFloat {
    const [a, b] = [this.real, other.real];
    const sum = this.keep(a.add(b));
    // Of a result below the normal numbers too: it is exact.
    this.context.slowUnless(sum.abs().less(this.constant(Number.POSITIVE_INFINITY)));
    this.roundsToNearest(() => additionError(this.context.f, a, b, sum).equal(this.constant(0)));
    return this.result(sum);
  }

  sub(other: WasmFloat): WasmFloat {
    return this.add(other.negate());
  }

  mul(other: WasmFloat): WasmFloat {
    const [a, b] = [this.real, other.real];
    const product = this.keep(a.mul(b));
    this.inRange(product, a.equal(this.constant(0)).or(b.equal(this.constant(0))));
    this.roundsToNearest(() => this.isExactProduct(a, b, product));
    return this.result(product);
  }

  div(other: WasmFloat): WasmFloat {
    const [a, b] = [this.real, other.real];
    const quotient = this.keep(a.div(b));
    this.inRange(quotient, a.equal(this.constant(0)));
    this.roundsToNearest(() => this.isExactProduct(quotient, b, a));
    return this.result(quotient);
  }

  sqrt(): WasmFloat {
    const root = this.keep(this.real.sqrt());
    this.inRange(root, this.real.equal(this.constant(0)));
    this.roundsToNearest(() => this.isExactProduct(root, root, this.real));
    return this.result(root);
  }

  mulAdd(factor: WasmFloat, addend: WasmFloat): WasmFloat {
    const { f } = this.context;
    const operands = [this.real, factor.real, addend.real] as const;
    if (this.type === Type.f32) return this.mulAddSingle(...operands);
    const isFlagged = this.context.fcsr.mask(ROUNDING | NX).equal(NX);
    const mustBeExact = this.keepTruth(isFlagged.equal(0));
    const result = this.keep(f.operations.mulAdd(...operands, mustBeExact));
    this.inRange(result, I32.constant(1));
    this.roundsToNearest(() => I32.constant(1));
    return this.result(result);
  }

  /** The product is exact in f64; the sum, rounded to odd there, rounds to f32 as the exact sum would. */
  private mulAddSingle(a: Real, b: Real, c: Real): WasmFloat {
    const { f } = this.context;
    const [product, addend] = [this.keep(a.promote().mul(b.promote())), this.keep(c.promote())];
    const sum = this.keep(product.add(addend));
    const error = this.keep(additionError(f, product, addend, sum));
    const odd = f.pool.take(Type.f64);
    f.set(odd, sum);
    f.if(error.equal(Real.constant(0)).equal(0), () => f.set(odd, oddNeighbour(sum, error)));
    const result = this.keep(f.real(odd).demote());
    this.inRange(result, sum.equal(Real.constant(0)));
    this.roundsToNearest(() => error.equal(Real.constant(0)).and(result.promote().equal(sum)));
    return this.result(result);
  }

  negate(): WasmFloat {
    return this.result(this.real.negate());
  }

  min(other: WasmFloat): WasmFloat {
    this.noNaN(this.real, other.real);
    return this.result(this.real.min(other.real));
  }

  max(other: WasmFloat): WasmFloat {
    this.noNaN(this.real, other.real);
    return this.result(this.real.max(other.real));
  }

  equal(other: WasmFloat): I64 {
    this.noNaN(this.real, other.real);
    return this.real.equal(other.real).value();
  }

  less(other: WasmFloat): I64 {
    this.noNaN(this.real, other.real);
    return this.real.less(other.real).value();
  }

  lessOrEqual(other: WasmFloat): I64 {
    this.noNaN(this.real, other.real);
    return this.real.lessOrEqual(other.real).value();
  }

  toInteger(format: IntegerFormat): I64 {
    const { slowUnless, fcsr } = this.context;
    const value = this.keep(this.real.promote());
    const integral = this.keep(this.integral(value));
    const [least, beyond] = {
      w: [-(2 ** 31), 2 ** 31],
      wu: [0, 2 ** 32],
      l: [-(2 ** 63), 2 ** 63],
      lu: [0, 2 ** 64],
    }[format] as [number, number];
    slowUnless(
      Real.constant(least)
        .lessOrEqual(integral)
        .and(integral.less(Real.constant(beyond))),
    );
    slowUnless(integral.equal(value).or(fcsr.mask(NX)));
    const integer = integral.toInteger(format !== 'lu');
    return format === 'w' || format === 'wu' ? integer.word().signExtend() : integer;
  }

  toFormat(format: FloatFormat): WasmFloat {
    if (format === 'double') {
      this.noNaN(this.real);
      this.roundsToNearest(() => I32.constant(1));
      return this.result(this.real.promote());
    }
    const single = this.keep(this.real.demote());
    this.inRange(single, this.real.equal(this.constant(0)));
    this.roundsToNearest(() => single.promote().equal(this.real));
    return this.result(single);
  }

  /** Goes slow unless the mode is to nearest even and rounding raises NX where it is not set, so that there is nothing to be done. */
  roundsToNearest(isExact: () => I32): void {
    const { f, fcsr, slowUnless } = this.context;
    f.if(
      fcsr
        .mask(ROUNDING | NX)
        .equal(NX)
        .equal(0),
      () => {
        slowUnless(fcsr.mask(ROUNDING).equal(RoundingMode.rne));
        slowUnless(isExact());
      },
    );
  }

  private get type(): RealType {
    return this.real.type;
  }

  private constant(value: number): Real {
    return Real.constant(value, this.type);
  }

  private result(real: Real): WasmFloat {
    return new WasmFloat(this.context, real, this.roundingMode);
  }

  /** Evaluates now what is used more than once. */
  private keep(value: Real): Real {
    return this.context.f.keepReal(value);
  }

  private keepTruth(value: I32): I32 {
    const { f } = this.context;
    const local = f.pool.take(Type.i32);
    f.set(local, value);
    return f.i32(local);
  }

  private noNaN(...values: Real[]): void {
    for (const value of values) this.context.slowUnless(value.equal(value));
  }

  /**
   * Goes slow unless a result is beyond the smallest normal number, which can be a rounded one that raises UF, and finite; or is 0, and
   * `isZeroExact`.
   */
  private inRange(result: Real, isZeroExact: I32): void {
    const { f, slowUnless } = this.context;
    const least = Real.constant(smallestNormal[result.type], result.type);
    const most = Real.constant(Number.POSITIVE_INFINITY, result.type);
    f.if(least.less(result.abs()).and(result.abs().less(most)).equal(0), () => {
      slowUnless(result.equal(Real.constant(0, result.type)).and(isZeroExact));
    });
  }

  /** Whether product is a * b without error. */
  private isExactProduct(a: Real, b: Real, product: Real): I32 {
    if (this.type === Type.f32) return a.promote().mul(b.promote()).equal(product.promote());
    const { f } = this.context;
    const error = f.operations.productError(a, b, product);
    const isProduct = a
      .mul(b)
      .equal(product)
      .and(error.equal(Real.constant(0)));
    const isSafe = Real.constant(LEAST_EXACT_PRODUCT)
      .less(product.abs())
      .or(product.equal(Real.constant(0)));
    return isProduct.and(isSafe);
  }

  /** The integral number (of type f64) to which the instruction rounds; goes slow for what the host does not do. */
  private integral(value: Real): Real {
    const { f, fcsr, slowUnless } = this.context;
    const rounded = f.pool.take(Type.f64);
    const isMode = (mode: number): I32 => this.roundingMode.equal(mode);
    const isNearest = isMode(RoundingMode.rne).or(
      isMode(RoundingMode.dyn).and(fcsr.mask(ROUNDING).equal(RoundingMode.rne)),
    );
    f.set(rounded, value.round('truncate'));
    f.if(isMode(RoundingMode.rtz).equal(0), () => {
      f.set(rounded, value.round('nearest'));
      f.if(isNearest.equal(0), () => {
        f.set(rounded, value.round('floor'));
        f.if(isMode(RoundingMode.rdn).equal(0), () => {
          f.set(rounded, value.round('ceil'));
          slowUnless(isMode(RoundingMode.rup));
        });
      });
    });
    return f.real(rounded);
  }
}
