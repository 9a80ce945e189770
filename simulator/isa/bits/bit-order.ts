/** Values with their bits or bytes in another order. */
import type { Execution, Value } from '../semantics';

/** Neighbours of some bits each change places; the mask has the lower of each two. */
function swapped(x: Execution, value: Value, bits: number, mask: bigint): Value {
  const low = x.constant(mask);
  return x.bind(value, (bound) => bound.shiftRight(bits).and(low).or(bound.and(low).shiftLeft(bits)));
}

/** Bytes change places with their neighbours, then halfwords, then words. */
export function reverseBytes(x: Execution, value: Value): Value {
  return swapped(x, swapped(x, value, 8, 0x00ff00ff00ff00ffn), 16, 0x0000ffff0000ffffn).rotateLeft(32);
}

export function reverseBitsOfBytes(x: Execution, value: Value): Value {
  const bits = swapped(x, value, 1, 0x5555555555555555n);
  return swapped(x, swapped(x, bits, 2, 0x3333333333333333n), 4, 0x0f0f0f0f0f0f0f0fn);
}

export function reverseBits(x: Execution, value: Value): Value {
  return reverseBytes(x, reverseBitsOfBytes(x, value));
}
