const mask = 0xffff_ffff_ffff_ffffn;
const buckets = 4051n;

/** Where ld's symbol table keeps a name: it goes through that table to place common symbols and table slots. */
export function bucketOf(name: string): number {
  let hash = 0n;
  const mix = (value: bigint): void => {
    hash = (hash + value + (value << 17n)) & mask;
    hash ^= hash >> 2n;
  };
  const bytes = new TextEncoder().encode(name);
  for (const byte of bytes) mix(BigInt(byte));
  mix(BigInt(bytes.length));
  return Number(hash % buckets);
}
