import { I64 } from './expression';
import { FunctionBuilder, type Helpers, type Local } from './function';
import type { ModuleBuilder } from './module';
import { Type } from './opcodes';
import { Real } from './real';

/** Adds the functions for operations that WebAssembly lacks to a module. */
export function defineHelpers(module: ModuleBuilder): Helpers {
  const mulHigh = module.define(mulHighFunction());
  const productError = module.define(productErrorFunction());
  const mulAdd = module.define(mulAddFunction(productError));
  return { mulHigh, productError, mulAdd };
}

/** The upper 64 bits of an unsigned product, from four products of 32-bit halves. */
function mulHighFunction(): FunctionBuilder {
  const f = new FunctionBuilder({ parameters: [Type.i64, Type.i64], results: [Type.i64] });
  const [a, b] = [f.i64(f.parameter(0)), f.i64(f.parameter(1))];
  const [low, high] = [f.local(Type.i64), f.local(Type.i64)];
  const mask = 0xffffffff;
  const [aLow, aHigh, bLow, bHigh] = [a.and(mask), a.shiftRight(32), b.and(mask), b.shiftRight(32)];
  f.set(low, aHigh.mul(bLow).add(aLow.mul(bLow).shiftRight(32)));
  f.set(high, aLow.mul(bHigh).add(f.i64(low).and(mask)));
  aHigh.mul(bHigh).add(f.i64(low).shiftRight(32)).add(f.i64(high).shiftRight(32)).emit(f);
  return f;
}

/** 2^27 + 1: a product with it leaves the upper half of a number's 53 bits when the number is taken off again. */
const SPLITTER = 134217729;

/**
 * a * b - product, exactly, when product is a * b rounded (Dekker, "A floating-point technique for extending the available precision",
 * 1971). NaN where a part overflows; the caller keeps products away from underflow.
 */
function productErrorFunction(): FunctionBuilder {
  const f = new FunctionBuilder({ parameters: [Type.f64, Type.f64, Type.f64], results: [Type.f64] });
  const [a, b, product] = [0, 1, 2].map((index) => f.real(f.parameter(index))) as [Real, Real, Real];
  const upperHalf = (value: Real): Real => {
    const [scaled, upper] = [f.local(Type.f64), f.local(Type.f64)];
    f.set(scaled, value.mul(Real.constant(SPLITTER)));
    f.set(upper, f.real(scaled).sub(f.real(scaled).sub(value)));
    return f.real(upper);
  };
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a.sub(aHigh), b.sub(bHigh)];
  const crossed = aHigh.mul(bHigh).sub(product).add(aHigh.mul(bLow)).add(aLow.mul(bHigh));
  aLow.mul(bLow).add(crossed).emit(f);
  return f;
}

/** Products from here on have errors that are numbers too; the same holds for the parts of sums with them. */
export const LEAST_EXACT_PRODUCT = 2 ** -900;
const GREATEST_EXACT_PRODUCT = 2 ** 1000;

/**
 * a * b + c rounded once, to nearest even: product and sum without error as sums of two numbers, of which the lower ones are added
 * with rounding to odd (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
 */
function mulAddFunction(productError: number): FunctionBuilder {
  const f = new FunctionBuilder({ parameters: [Type.f64, Type.f64, Type.f64, Type.i32], results: [Type.f64] });
  const [a, b, c] = [0, 1, 2].map((index) => f.real(f.parameter(index))) as [Real, Real, Real];
  const mustBeExact = f.i32(f.parameter(3));
  const zero = Real.constant(0);
  const scratch = f.local(Type.f64);
  const local = (value: Real): Real => {
    const kept = f.local(Type.f64);
    f.set(kept, value);
    return f.real(kept);
  };
  // A product that is 0 by its factors is exact; infinities and NaN come out as such.
  f.if(a.equal(zero).or(b.equal(zero)), () => {
    a.mul(b).add(c).emit(f);
    f.return();
  });
  const product = local(a.mul(b));
  const isSafe = product
    .abs()
    .less(Real.constant(GREATEST_EXACT_PRODUCT))
    .and(Real.constant(LEAST_EXACT_PRODUCT).less(product.abs()))
    .and(c.abs().less(Real.constant(GREATEST_EXACT_PRODUCT)));
  f.if(isSafe.equal(0), () => {
    Real.constant(Number.NaN).emit(f);
    f.return();
  });
  const lowProduct = local(new Real(Type.f64, (into) => into.call(productError, a, b, product)));
  const sum = local(c.add(lowProduct));
  const sumError = local(additionError(c, lowProduct, sum, scratch));
  const upper = local(product.add(sum));
  const upperError = local(additionError(product, sum, upper, scratch));
  const lower = f.local(Type.f64);
  f.set(lower, sumError.add(upperError));
  const lowerError = local(additionError(sumError, upperError, f.real(lower), scratch));
  f.if(lowerError.equal(zero).equal(0), () => f.set(lower, oddNeighbour(f.real(lower), lowerError)));
  const result = local(upper.add(f.real(lower)));
  f.if(mustBeExact, () => {
    const isExact = lowerError.equal(zero).and(additionError(upper, f.real(lower), result, scratch).equal(zero));
    f.if(isExact.equal(0), () => {
      Real.constant(Number.NaN).emit(f);
      f.return();
    });
  });
  result.emit(f);
  return f;
}

/**
 * a + b - sum, exactly, when sum is a + b rounded (Knuth, "The Art of Computer Programming", volume 2, section 4.2.2).
 * @param scratch a local of the same type
 */
export function additionError(a: Real, b: Real, sum: Real, scratch: Local): Real {
  return new Real(a.type, (into) => {
    into.set(scratch, sum.sub(a));
    const bRounded = into.real(scratch);
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
