import { ALL_ONES, type SbiCall, type SbiEffect, SbiError } from './interface';

/**
 * The harts that `hart_mask` and `hart_mask_base` name (SBI 3.0, chapter 3): bit n of the mask is hart base+n; base -1 means all.
 * The error for a hart that does not exist is SBI_ERR_INVALID_PARAM.
 */
export function hartsOfMask(call: SbiCall, mask: bigint, base: bigint): number[] | number {
  const all = Array.from({ length: call.sbi.harts }, (_, hart) => hart);
  if (base === ALL_ONES) return all;
  // The base is no hart by itself: only one that the mask names has to be there.
  if (mask === 0n) return [];
  if (base >= BigInt(call.sbi.harts)) return SbiError.invalidParam;
  const first = Number(base);
  const harts: number[] = [];
  for (let bit = 0; mask >> BigInt(bit) !== 0n; bit++) {
    if (((mask >> BigInt(bit)) & 1n) === 0n) continue;
    if (first + bit >= call.sbi.harts) return SbiError.invalidParam;
    harts.push(first + bit);
  }
  return harts;
}

/** The same effect on each of the harts that a call names by its first two arguments. */
export function onEach(call: SbiCall, kind: 'software interrupt' | 'fence'): readonly SbiEffect[] {
  const harts = hartsOfMask(call, call.argument(0), call.argument(1));
  return typeof harts === 'number' ? [] : harts.map((hart) => ({ kind, hart }));
}
