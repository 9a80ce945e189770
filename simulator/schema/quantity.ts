/** Sizes and times as texts with units: what a description says of them, and the numbers that they stand for. */
import { String as Text, type TString } from '@sinclair/typebox';
import type { SchemaWords } from './schema';

const SIZES = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const TIMES = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

export function sizeText(options: SchemaWords = {}): TString {
  return Text({ pattern: '^[1-9][0-9]*[KMGkmg]$', expected: 'a number and K, M or G, such as "64M"', ...options });
}

/** Bytes of such a text. */
export function bytesOf(size: string): number {
  return numberIn(size.toUpperCase(), SIZES);
}

/** A size as such a text, where it is of whole units. */
export function sizeInWords(bytes: number): string {
  const [unit, size] = Object.entries(SIZES)
    .reverse()
    .find(([, each]) => bytes > 0 && bytes % each === 0) ?? [' bytes', 1];
  return `${bytes / size}${unit}`;
}

export function durationText(options: SchemaWords = {}): TString {
  return Text({
    pattern: '^[1-9][0-9]*(ns|us|ms|s)$',
    expected: 'a number and ns, us, ms or s, such as "1ms"',
    ...options,
  });
}

/** Nanoseconds of such a text. */
export function nanosecondsOf(duration: string): number {
  return numberIn(duration, TIMES);
}

function numberIn(text: string, units: Readonly<Record<string, number>>): number {
  const [, count = '', unit = ''] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(count) * (units[unit] ?? Number.NaN);
}
