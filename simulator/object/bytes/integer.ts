/**
 * 64-bit two's-complement integers of assembler expressions.
 *
 * A value is a JavaScript number while it is a safe integer and a bigint otherwise, always the signed reading of its
 * 64 bits. Nearly every value in a source is small, so that the number paths are the ones that run.
 */
export type Integer = number | bigint;

/** The canonical form of a bigint of any size: its low 64 bits, signed. */
export function fromBigint(value: bigint): Integer {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped >= BigInt(Number.MIN_SAFE_INTEGER) && wrapped <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(wrapped)
    : wrapped;
}

/** The value as an unsigned 64-bit bigint. */
export function toUnsigned(value: Integer): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** The low 32 bits, as a signed int32. */
export function lowWord(value: Integer): number {
  // Numbers beyond 2^53 never occur here; `| 0` is exact modulo 2^32 for every safe integer.
  return typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));
}

/** The high 32 bits, as a signed int32. */
export function highWord(value: Integer): number {
  return typeof value === 'number' ? Math.floor(value / 0x1_0000_0000) | 0 : Number(BigInt.asIntN(32, value >> 32n));
}

export function add(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fromBigint(BigInt(a) + BigInt(b));
}

export function subtract(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return fromBigint(BigInt(a) - BigInt(b));
}

export function multiply(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0; // -0 becomes 0
  }
  return fromBigint(BigInt(a) * BigInt(b));
}

/** Truncating signed division; undefined when dividing by zero. */
export function divide(a: Integer, b: Integer): Integer | undefined {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return fromBigint(BigInt(a) / BigInt(b));
}

/** Signed remainder with the sign of the dividend; undefined when dividing by zero. */
export function remainder(a: Integer, b: Integer): Integer | undefined {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return fromBigint(BigInt(a) % BigInt(b));
}

/** A shift count outside 0..63 gives 0, as in GNU as. */
export function shiftLeft(a: Integer, count: Integer): Integer {
  if (typeof count !== 'number' || count < 0 || count > 63) return 0;
  if (typeof a === 'number' && count < 32) {
    const shifted = a * 2 ** count;
    if (Number.isSafeInteger(shifted)) return shifted;
  }
  return fromBigint(BigInt(a) << BigInt(count));
}

/** Logical right shift of the 64-bit pattern; a count outside 0..63 gives 0. */
export function shiftRight(a: Integer, count: Integer): Integer {
  if (typeof count !== 'number' || count < 0 || count > 63) return 0;
  if (typeof a === 'number' && a >= 0) return Math.floor(a / 2 ** count);
  return fromBigint(toUnsigned(a) >> BigInt(count));
}

const isInt32 = (value: Integer): value is number => typeof value === 'number' && value === (value | 0);

export function and(a: Integer, b: Integer): Integer {
  return isInt32(a) && isInt32(b) ? a & b : fromBigint(BigInt(a) & BigInt(b));
}

export function or(a: Integer, b: Integer): Integer {
  return isInt32(a) && isInt32(b) ? a | b : fromBigint(BigInt(a) | BigInt(b));
}

export function xor(a: Integer, b: Integer): Integer {
  return isInt32(a) && isInt32(b) ? a ^ b : fromBigint(BigInt(a) ^ BigInt(b));
}

export function not(a: Integer): Integer {
  return subtract(-1, a);
}

/** Whether the value is in -2^(bits-1) .. 2^(bits-1)-1. */
export function fitsSigned(value: Integer, bits: number): boolean {
  if (bits >= 64) return true;
  const limit = 2 ** (bits - 1);
  return value >= -limit && value < limit;
}

/** Whether the value is in 0 .. 2^bits-1, read as signed 64-bit (so that bits = 64 takes everything). */
export function fitsUnsigned(value: Integer, bits: number): boolean {
  return bits >= 64 || (value >= 0 && value < 2 ** bits);
}

/** `0x` notation of the 64-bit pattern, as messages print addresses and values. */
export function toHex(value: Integer | bigint): string {
  return value < 0 ? `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}` : `0x${value.toString(16)}`;
}
