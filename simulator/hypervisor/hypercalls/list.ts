import { failure, type SbiAnswer, SbiError } from '../../firmware/sbi/interface';
import { MOST_ENTRIES } from '../../hypercalls/table';
import { type Narration, step } from '../../machine/narration';
import { Gva } from '../../mmu/address';
import type { HypercallCall } from './hypercall';

/** A list that a caller gives, in a copy. */
export interface GivenList {
  readonly address: bigint;
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * The list of a call, which says its address and how many entries it has in two arguments.
 * @param entryBytes of one entry @param first which argument is the address
 * @returns the answer where it may not be so
 */
export function* givenList(
  { memory, argument, number }: HypercallCall,
  entryBytes: number,
  first = 0,
): Narration<GivenList | SbiAnswer> {
  const [address, count] = [argument(first), number(first + 1)];
  if (count > MOST_ENTRIES) {
    yield step`refuse: a list has ${MOST_ENTRIES} entries at the most, not ${count}`;
    return failure(SbiError.invalidParam);
  }
  const bytes = address % 8n === 0n ? memory.read(address, count * entryBytes) : undefined;
  if (!bytes) {
    const at = Gva.of(address);
    yield step`refuse: the list at ${at} is not in the caller's memory, or not at a multiple of 8`;
    return failure(SbiError.invalidParam);
  }
  return { address, count, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
