import { type I32, I64 } from './expression';
import { FunctionBuilder } from './function';
import type { ModuleBuilder } from './module';
import { type NumberType, Type } from './opcodes';
import type { Operations } from './operations';
import { Real } from './real';

/** In the place of use: a call in the interpreter's loop would have the engine keep the loop's variables in memory. */
export const inlineHelpers = (f: FunctionBuilder): Operations => ({
  mulHigh: (a, b) => new I64((into) => mulHigh(f, f.keepInteger(a), f.keepInteger(b)).emit(into)),
  carrylessMul: (a, b) => new I64((into) => carrylessMul(f, a, b).emit(into)),
  productError: (a, b, product) => new Real(Type.f64, (into) => productError(f, a, b, product).emit(into)),
  mulAdd: (a, b, c, mustBeExact) => new Real(Type.f64, (into) => mulAdd(f, a, b, c, mustBeExact).emit(into)),
});

/** As functions of a module, which it gets. */
export function defineHelpers(module: ModuleBuilder): Operations {
  const define = (
    parameters: NumberType[],
    results: NumberType[],
    body: (f: FunctionBuilder) => I64 | Real,
  ): number => {
    const f = new FunctionBuilder({ parameters, results });
    body(f).emit(f);
    return module.define(f);
  };
  const { i32, i64, f64 } = Type;
  const real = (f: FunctionBuilder, index: number): Real => f.real(f.parameter(index));
  const high = define([i64, i64], [i64], (f) => mulHigh(f, f.i64(f.parameter(0)), f.i64(f.parameter(1))));
  const carryless = define([i64, i64], [i64], (f) => carrylessMul(f, f.i64(f.parameter(0)), f.i64(f.parameter(1))));
  const error = define([f64, f64, f64], [f64], (f) => productError(f, real(f, 0), real(f, 1), real(f, 2)));
  const fused = define([f64, f64, f64, i32], [f64], (f) =>
    mulAdd(f, real(f, 0), real(f, 1), real(f, 2), f.i32(f.parameter(3))),
  );
  return {
    mulHigh: (a, b) => new I64((into) => into.call(high, a, b)),
    carrylessMul: (a, b) => new I64((into) => into.call(carryless, a, b)),
    productError: (a, b, product) => new Real(f64, (into) => into.call(error, a, b, product)),
    mulAdd: (a, b, c, mustBeExact) => new Real(f64, (into) => into.call(fused, a, b, c, mustBeExact)),
  };
}

/** From four products of 32-bit halves. */
function mulHigh(f: FunctionBuilder, a: I64, b: I64): I64 {
  const mask = 0xffffffff;
  const [aLow, aHigh, bLow, bHigh] = [a.and(mask), a.shiftRight(32), b.and(mask), b.shiftRight(32)];
  const low = f.keepInteger(aHigh.mul(bLow).add(aLow.mul(bLow).shiftRight(32)));
  const high = f.keepInteger(aLow.mul(bHigh).add(low.and(mask)));
  return aHigh.mul(bHigh).add(low.shiftRight(32)).add(high.shiftRight(32));
}

/** The sum without carries of a shifted to each 1 of b, from the lowest up. */
function carrylessMul(f: FunctionBuilder, a: I64, b: I64): I64 {
  const { i64 } = Type;
  const [shifted, rest, product] = [f.pool.take(i64), f.pool.take(i64), f.pool.take(i64)];
  f.set(shifted, a);
  f.set(rest, b);
  f.set(product, I64.constant(0));
  f.block((done) =>
    f.loop((next) => {
      f.branchIf(f.i64(rest).equal(0), done);
      const chosen = f.i64(shifted).and(I64.constant(0).sub(f.i64(rest).and(1)));
      f.set(product, f.i64(product).xor(chosen));
      f.set(shifted, f.i64(shifted).shiftLeft(1));
      f.set(rest, f.i64(rest).shiftRight(1));
      f.branch(next);
    }),
  );
  return f.i64(product);
}

/** 2^27 + 1: a product with it leaves the upper half of a number's 53 bits when the number is taken off again. */
const SPLITTER = 134217729;

function productError(f: FunctionBuilder, a: Real, b: Real, product: Real): Real {
  const upperHalf = (value: Real): Real => {
    const scaled = f.keepReal(value.mul(Real.constant(SPLITTER)));
    return f.keepReal(scaled.sub(scaled.sub(value)));
  };
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a.sub(aHigh), b.sub(bHigh)];
  const crossed = aHigh.mul(bHigh).sub(product).add(aHigh.mul(bLow)).add(aLow.mul(bHigh));
  return aLow.mul(bLow).add(crossed);
}

/** Products from here on have errors that are numbers too; the same holds for the parts of sums with them. */
export const LEAST_EXACT_PRODUCT = 2 ** -900;
const GREATEST_EXACT_PRODUCT = 2 ** 1000;

/**
 * Product and sum without error, as sums of two numbers, of which the lower ones are added with rounding to odd (Boldo and
 * Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
 */
function mulAdd(f: FunctionBuilder, a: Real, b: Real, c: Real, mustBeExact: I32): Real {
  const zero = Real.constant(0);
  const result = f.pool.take(Type.f64);
  const product = f.keepReal(a.mul(b));
  const isSafe = product
    .abs()
    .less(Real.constant(GREATEST_EXACT_PRODUCT))
    .and(Real.constant(LEAST_EXACT_PRODUCT).less(product.abs()))
    .and(c.abs().less(Real.constant(GREATEST_EXACT_PRODUCT)));
  f.if(
    isSafe,
    () => {
      const lowProduct = f.keepReal(productError(f, a, b, product));
      const sum = f.keepReal(c.add(lowProduct));
      const sumError = f.keepReal(additionError(f, c, lowProduct, sum));
      const upper = f.keepReal(product.add(sum));
      const upperError = f.keepReal(additionError(f, product, sum, upper));
      const lower = f.pool.take(Type.f64);
      f.set(lower, sumError.add(upperError));
      const lowerError = f.keepReal(additionError(f, sumError, upperError, f.real(lower)));
      f.if(lowerError.equal(zero).equal(0), () => f.set(lower, oddNeighbour(f.real(lower), lowerError)));
      f.set(result, upper.add(f.real(lower)));
      f.if(mustBeExact, () => {
        const rest = additionError(f, upper, f.real(lower), f.real(result));
        const isExact = lowerError.equal(zero).and(rest.equal(zero));
        f.if(isExact.equal(0), () => f.set(result, Real.constant(Number.NaN)));
      });
    },
    () => {
      // A product that is 0 by its factors is exact; infinities and NaN come out as such.
      f.set(result, product.add(c));
      f.if(a.equal(zero).or(b.equal(zero)).equal(0), () => f.set(result, Real.constant(Number.NaN)));
    },
  );
  return f.real(result);
}

/** a + b - sum, exactly, when sum is a + b rounded (Knuth, "The Art of Computer Programming", volume 2, section 4.2.2). */
export function additionError(f: FunctionBuilder, a: Real, b: Real, sum: Real): Real {
  return new Real(a.type, (into) => {
    const bRounded = f.keepReal(sum.sub(a));
    a.sub(sum.sub(bRounded)).add(b.sub(bRounded)).emit(into);
  });
}

/** A number with a rounding error (not 0), rounded to odd: of the numbers on both sides of the exact one that with the odd last bit. */
export function oddNeighbour(value: Real, error: Real): Real {
  const bits: I64 = value.bits();
  // Away from 0 when error and number have the same sign, else towards it.
  const step = error.bits().xor(bits).shiftRightSigned(63).or(1);
  return Real.fromBits(Type.f64, bits.add(bits.and(1).equal(0).choose(step, I64.constant(0))));
}
