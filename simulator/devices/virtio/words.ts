import type { Request } from './description';
import { DESC_F_WRITE, type Descriptor } from './virtqueue';

/** What a device reads of a chain, or writes into it. */
export type Side = 'readable' | 'writable';

export const bytesInWords = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`;

export function isWritable({ flags }: Descriptor): boolean {
  return (flags & DESC_F_WRITE) !== 0;
}

/** Bytes of a side of a chain; a driver may have written any descriptors. */
export function lengthOf({ chain }: Request, side: Side): number {
  return sideOf(chain.descriptors, side).reduce((sum, { length }) => sum + length, 0);
}

/** So many bytes of a side of a chain, from a place in it; fewer where the chain ends or memory does. */
export function bytesAt({ chain, memory }: Request, side: Side, from: number, most: number): Uint8Array {
  const bytes: number[] = [];
  let skip = from;
  for (const { address, length } of sideOf(chain.descriptors, side)) {
    const count = Math.min(length - skip, most - bytes.length);
    const part = count > 0 ? memory.read(address + skip, count) : new Uint8Array();
    if (!part) break;
    bytes.push(...part);
    skip = Math.max(0, skip - length);
  }
  return Uint8Array.from(bytes);
}

function sideOf(descriptors: readonly Descriptor[], side: Side): Descriptor[] {
  return descriptors.filter((each) => isWritable(each) === (side === 'writable'));
}

/** Characters of a text that are shown. */
const LONGEST = 40;

/** Text in a chain as a program writes it, cut where it is long. */
export function textIn(request: Request, side: Side, length: number): string {
  const bytes = bytesAt(request, side, 0, Math.min(length, LONGEST));
  const text = JSON.stringify(new TextDecoder().decode(bytes));
  return length > LONGEST ? `${text}...` : text;
}
