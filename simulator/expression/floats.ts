/** Of a float (4 bytes) or a double. */
export type FloatSize = 4 | 8;

/** In the upper half of a register that holds a float (the F extension's NaN boxing). */
const BOX = 0xffffffff00000000n;

export function floatBits(value: number, bytes: FloatSize): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (bytes === 4) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return bytes === 4 ? BigInt(view.getUint32(0)) : view.getBigUint64(0);
}

export function floatOf(bits: bigint, bytes: FloatSize): number {
  const view = new DataView(new ArrayBuffer(8));
  if (bytes === 4) view.setUint32(0, Number(BigInt.asUintN(32, bits)));
  else view.setBigUint64(0, BigInt.asUintN(64, bits));
  return bytes === 4 ? view.getFloat32(0) : view.getFloat64(0);
}

export const boxed = (bits: bigint): bigint => BOX | BigInt.asUintN(32, bits);
/** What a register holds: a float where it is boxed as one. */
export const sizeInRegister = (bits: bigint): FloatSize => (bits >= BOX ? 4 : 8);
