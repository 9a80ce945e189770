import type { I32, IntegerOperations } from './expression';
import type { Real } from './real';

/** Operations that WebAssembly lacks. Operands are locals, or are put into some. */
export interface Operations extends IntegerOperations {
  /**
   * a * b - product, exactly, when product is a * b rounded (Dekker, "A floating-point technique for extending the available
   * precision", 1971). NaN where a part overflows; the caller keeps products away from underflow.
   */
  productError(a: Real, b: Real, product: Real): Real;
  /** a * b + c rounded once, to nearest even; NaN where it cannot tell, or when it should be exact and is not. */
  mulAdd(a: Real, b: Real, c: Real, mustBeExact: I32): Real;
}
