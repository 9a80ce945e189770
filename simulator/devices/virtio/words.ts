import { piecesOf, type Side, sideOf } from './chain-buffers';
import type { Request } from './description';

export const bytesInWords = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`;

/** Bytes of a side of a chain; a driver may have written any descriptors. */
export function lengthOf({ chain }: Request, side: Side): number {
  return sideOf(chain, side).reduce((sum, { length }) => sum + length, 0);
}

/** So many bytes of a side of a chain, from a place in it; fewer where the chain ends or memory does. */
export function bytesAt({ chain, memory }: Request, side: Side, from: number, most: number): Uint8Array {
  const bytes: number[] = [];
  for (const { address, count } of piecesOf(sideOf(chain, side), from, most)) {
    const part = memory.read(address, count);
    if (!part) break;
    bytes.push(...part);
  }
  return Uint8Array.from(bytes);
}

/** Characters of a text that are shown. */
const LONGEST = 40;

/** Text in a chain as a program writes it, cut where it is long. */
export function textIn(request: Request, side: Side, length: number): string {
  const bytes = bytesAt(request, side, 0, Math.min(length, LONGEST));
  const text = JSON.stringify(new TextDecoder().decode(bytes));
  return length > LONGEST ? `${text}...` : text;
}
