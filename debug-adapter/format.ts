import type { Hex } from './protocol-values';

/** An unsigned value as `0x...`, in lower case and without leading zeros. */
export function hex(value: number | bigint): Hex {
  return `0x${(typeof value === 'bigint' ? BigInt.asUintN(64, value) : value).toString(16)}`;
}

export function hexOfWords(words: { readonly low: number; readonly high: number }): Hex {
  return hex(valueOfWords(words));
}

export function valueOfWords({ low, high }: { readonly low: number; readonly high: number }): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
