/** What fields of a state are made of: TypeBox schemas with their ranges, and kinds that TypeBox has not, by their `Kind`. */
import {
  BigInt as BigIntOf,
  Integer,
  Kind,
  Array as ListOf,
  Null,
  type Static,
  type TArray,
  type TBigInt,
  String as Text,
  type TInteger,
  type TNull,
  Boolean as TrueOrFalse,
  type TSchema,
  type TUint8Array,
  type TUnion,
  type TUnsafe,
  Uint8Array as Uint8ArrayOf,
  Union,
  Unsafe,
} from '@sinclair/typebox';
import type { Numbers } from './plain';

/** A bit of a register, or whether something is so. */
export const flag = TrueOrFalse();

/** An integer from 0 to one that is included. */
export function upTo(maximum: number, unit?: string): TInteger {
  return Integer({ minimum: 0, maximum, ...(unit !== undefined && { unit }) });
}

/** A register in which only some bits, of 32 at most, can be set. */
export function bits(mask: number): TInteger {
  const contiguous = (mask & (mask + 1)) === 0;
  if (contiguous) return upTo(mask);
  return Integer({ minimum: 0, maximum: mask, mask, expected: `an integer with no bits but 0x${mask.toString(16)}` });
}

export const byte = upTo(0xff);
export const halfword = upTo(0xffff);
/** 32 bits without a sign. */
export const word = upTo(0xffff_ffff);
/** 32 bits with a sign. */
export const signedWord = Integer({ minimum: -0x8000_0000, maximum: 0x7fff_ffff });

/** How many; also a place in memory, which is a number of bytes. */
export const count = upTo(Number.MAX_SAFE_INTEGER);

/** Beyond half of what a number counts exactly, nanoseconds would soon get lost. */
export const LATEST = Math.floor(Number.MAX_SAFE_INTEGER / 2);

/** A point of the machine's time. */
export const instant = upTo(LATEST, 'ns');

export const unsigned64 = bigIntegers(0n, 2n ** 64n - 1n);
/** 64 bits, with a sign or without one. */
export const any64 = bigIntegers(-(2n ** 63n), 2n ** 64n - 1n);

export function bigIntegers(minimum: bigint, maximum: bigint): TBigInt {
  return BigIntOf({ minimum, maximum, expected: `a 64-bit integer from ${minimum} to ${maximum}` });
}

export function text(longest: number): TSchema & { static: string } {
  return Text({ maxLength: longest, expected: `a string of at most ${longest} characters` });
}

/** What is there or not. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnion<[Schema, TNull]> {
  return Union([schema, Null()]);
}

export type Length = { readonly exactly: number } | { readonly most: number };

/** @param length any when absent, as of what has come from outside and waits */
export function listOf<Item extends TSchema>(item: Item, length?: Length): TArray<Item> {
  const [minItems, maxItems] = boundsOf(length);
  return ListOf(item, { minItems, maxItems, expected: `a list${length ? ` of ${lengthText(length)} entries` : ''}` });
}

export function bytes(length?: Length): TUint8Array {
  const [minByteLength, maxByteLength] = boundsOf(length);
  return Uint8ArrayOf({ minByteLength, maxByteLength, expected: length ? `${lengthText(length)} bytes` : 'bytes' });
}

function boundsOf(length: Length = { most: Number.MAX_SAFE_INTEGER }): readonly [number, number] {
  return 'most' in length ? [0, length.most] : [length.exactly, length.exactly];
}

function lengthText(length: Length): string {
  return 'most' in length ? `at most ${length.most}` : String(length.exactly);
}

export const NUMBERS = 'Numbers';

function numbers<Type extends Numbers>(make: new (length: number) => Type, what: string) {
  return (given: number | Length): TUnsafe<Type> => {
    const length = typeof given === 'number' ? { exactly: given } : given;
    const [least, most] = boundsOf(length);
    return Unsafe<Type>({ [Kind]: NUMBERS, make, least, most, expected: `${lengthText(length)} ${what}` });
  };
}

/** Numbers, so many or of a length. A state that is restored has as many in the same array as before. */
export const int32s = numbers<Int32Array>(Int32Array, '32-bit integers with a sign');
export const uint32s = numbers<Uint32Array>(Uint32Array, '32-bit integers without a sign');
export const float64s = numbers<Float64Array>(Float64Array, 'floating-point numbers');

export const TABLE = 'Table';

/** A `Map`, saved as a list of pairs in the order of their keys. */
export function tableOf<Key extends TInteger | (TSchema & { static: string }), Value extends TSchema>(
  key: Key,
  value: Value,
  most: number,
): TUnsafe<Map<Static<Key>, Static<Value>>> {
  const expected = `a list of at most ${most} pairs, in the order of their keys`;
  return Unsafe<Map<Static<Key>, Static<Value>>>({ [Kind]: TABLE, key, value, most, expected });
}
