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

/** What a list of a call is like. */
interface ListForm {
  readonly entryBytes: number;
  /** Which argument is its address; the next one says how many entries it has. */
  readonly first?: number;
  readonly most?: number;
  /** In bytes, of its address. */
  readonly alignment?: number;
}

/** The list of a call. @returns the answer where it may not be so */
export function* givenList(
  { memory, argument, number }: HypercallCall,
  { entryBytes, first = 0, most = MOST_ENTRIES, alignment = 8 }: ListForm,
): Narration<GivenList | SbiAnswer> {
  const [address, count] = [argument(first), number(first + 1)];
  if (count > most) {
    yield step`refuse: a list has ${most} entries at the most, not ${count}`;
    return failure(SbiError.invalidParam);
  }
  const bytes = address % BigInt(alignment) === 0n ? memory.read(address, count * entryBytes) : undefined;
  if (!bytes) {
    const at = Gva.of(address);
    yield step`refuse: the list at ${at} is not in the caller's memory, or not at a multiple of ${alignment}`;
    return failure(SbiError.invalidParam);
  }
  return { address, count, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Whether answers can be put into a list. @returns an answer where they cannot, `again` where there is no memory for them yet */
export function* answerableList(
  { memory }: HypercallCall,
  { address, bytes }: GivenList,
): Narration<SbiAnswer | 'again' | undefined> {
  if (!memory.mayWrite(address, bytes.length)) {
    const at = Gva.of(address);
    yield step`refuse: the answers would be put into the list at ${at}, which the caller itself may not write`;
    return failure(SbiError.invalidParam);
  }
  return memory.prepare(address, bytes.length) ? undefined : 'again';
}
