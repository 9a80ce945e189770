import { ByteWriter } from '../../object/bytes/writer';

/** Numbers of buckets that tables of so many symbols and more have (BFD's elf_buckets). */
const bucketCounts = [1, 3, 17, 37, 67, 97, 131, 197, 263, 521, 1031, 2053, 4099, 8209, 16_411, 32_771];
const encoder = new TextEncoder();
const wordBits = 64;

function bucketCount(symbols: number): number {
  return bucketCounts.filter((count, index) => index === 0 || symbols >= count).at(-1)!;
}

/** The hash of the System V ABI ("Hash Table"). */
function elfHash(name: string): number {
  let hash = 0;
  for (const byte of encoder.encode(name)) {
    hash = ((hash << 4) + byte) >>> 0;
    const high = hash & 0xf000_0000;
    if (high !== 0) hash ^= high >>> 24;
    hash = (hash & ~high) >>> 0;
  }
  return hash;
}

/** The hash of .gnu.hash: that of Bernstein. */
function gnuHash(name: string): number {
  let hash = 5381;
  for (const byte of encoder.encode(name)) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash;
}

function gnuBuckets(symbols: number): number {
  return Math.max(2, bucketCount(symbols));
}

/** Symbols in the order that .gnu.hash asks for: those of a bucket together. */
export function orderForGnuHash(names: readonly string[]): string[] {
  const buckets = gnuBuckets(names.length);
  return [...names].sort((a, b) => (gnuHash(a) % buckets) - (gnuHash(b) % buckets));
}

/**
 * The contents of .hash.
 * @param symbols with their numbers in .dynsym
 * @param count of all symbols in .dynsym
 */
export function hashTable(symbols: readonly { name: string; number: number }[], count: number): Uint8Array {
  const buckets = new Array<number>(bucketCount(symbols.length)).fill(0);
  const chains = new Array<number>(count).fill(0);
  for (const { name, number } of symbols) {
    const at = elfHash(name) % buckets.length;
    chains[number] = buckets[at]!;
    buckets[at] = number;
  }
  const writer = new ByteWriter();
  for (const word of [buckets.length, count, ...buckets, ...chains]) writer.u32(word);
  return writer.bytes;
}

/**
 * The contents of .gnu.hash: a filter, buckets, and the hashes of the symbols in order, of which the last of each bucket is odd.
 * @param names in the order of `orderForGnuHash`
 * @param first the number of the first of them in .dynsym
 */
export function gnuHashTable(names: readonly string[], first: number): Uint8Array {
  const writer = new ByteWriter();
  if (names.length === 0) {
    // One bucket, one word of a filter through which nothing goes.
    for (const word of [1, 1, 1, 0, 0, 0, 0]) writer.u32(word);
    return writer.bytes;
  }
  const buckets = new Array<number>(gnuBuckets(names.length)).fill(0);
  const hashes = names.map(gnuHash);
  hashes.forEach((hash, index) => {
    const at = hash % buckets.length;
    if (buckets[at] === 0) buckets[at] = first + index;
  });
  const { words, shift } = filterSize(names.length);
  const filter = new Array<bigint>(words).fill(0n);
  for (const hash of hashes) {
    const at = Math.floor(hash / wordBits) % words;
    filter[at]! |= (1n << BigInt(hash % wordBits)) | (1n << BigInt((hash >>> shift) % wordBits));
  }
  for (const word of [buckets.length, first, words, shift]) writer.u32(word);
  for (const word of filter) writer.u64(word);
  for (const word of buckets) writer.u32(word);
  hashes.forEach((hash, index) => {
    const next = hashes[index + 1];
    const isLast = next === undefined || next % buckets.length !== hash % buckets.length;
    writer.u32(((hash & ~1) | (isLast ? 1 : 0)) >>> 0);
  });
  return writer.bytes;
}

/** As many bits as ld takes for so many symbols. */
function filterSize(symbols: number): { words: number; shift: number } {
  let log = Math.floor(Math.log2(symbols)) + 1;
  if (log < 3) log = 5;
  else if ((1 << (log - 2)) & symbols) log += 3;
  else log += 2;
  const bits = log === 5 ? 6 : log;
  return { words: 2 ** (bits - 6), shift: bits };
}
