/**
 * The memory that a device reaches: the machine's bus for the bare machine's devices (HPA), a VM's P2M for a VM's own devices (GPA).
 * A buffer is split at frame boundaries by the space, because frames adjacent in GPA need not be adjacent in HPA.
 */
export interface DmaSpace {
  /** Bytes at `address`, or `undefined` when any of them is outside the space. */
  read(address: number, length: number): Uint8Array | undefined;
  /** Writes all of `bytes`, or none when any address is outside the space (the result is then false). */
  write(address: number, bytes: Uint8Array): boolean;
  /** What is to be written finds memory. @returns false where there is none now: whoever serves the space serves its devices again when there is */
  prepare(address: number, length: number): boolean;
  /** The machine address behind `address`; `undefined` outside the space. For views only. */
  hostPhysical(address: number): number | undefined;
}

const littleEndian = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function readU16(space: DmaSpace, address: number): number | undefined {
  const bytes = space.read(address, 2);
  return bytes && littleEndian(bytes).getUint16(0, true);
}

export function readU32(space: DmaSpace, address: number): number | undefined {
  const bytes = space.read(address, 4);
  return bytes && littleEndian(bytes).getUint32(0, true);
}

/** A 64-bit little-endian address; values above 2^53 are outside any space, so losing their low bits is harmless. */
export function readU64(space: DmaSpace, address: number): number | undefined {
  const bytes = space.read(address, 8);
  if (!bytes) return undefined;
  const view = littleEndian(bytes);
  return view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
}

export function writeU16(space: DmaSpace, address: number, value: number): boolean {
  return space.write(address, Uint8Array.of(value & 0xff, (value >>> 8) & 0xff));
}

export function writeU32(space: DmaSpace, address: number, value: number): boolean {
  return space.write(address, Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
}

/** A number that is exact: below 2^53. */
export function writeU64(space: DmaSpace, address: number, value: number): boolean {
  const bytes = new Uint8Array(8);
  littleEndian(bytes).setBigUint64(0, BigInt(value), true);
  return space.write(address, bytes);
}
