/** What compilers compress debug sections with: zlib (RFC 1950) and Zstandard (RFC 8878). */
import { unzlibSync } from 'fflate';
import { decompress as unzstd } from 'fzstd';
import { FormatError } from '../bytes/reader';

/** Unpacks a whole stream, which must become so many bytes. */
export type Decompress = (bytes: Uint8Array, size: number, what: string) => Uint8Array;

/** No stream becomes longer than by this factor: a length and distance of deflate, a repeated block of zstd (128 KiB in 4 bytes). */
const largestRatio = { zlib: 1032, zstd: 2 ** 15 };

/** @throws FormatError when the stream makes no sense, or something of another size */
export const inflate: Decompress = (bytes, size, what) => {
  const header = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  if (((header >> 8) & 0xf) !== 8 || header % 31 !== 0) throw new FormatError(`${what} is no zlib stream`);
  // A byte more than there must be: what is too long is seen.
  return unpack(bytes, size, what, largestRatio.zlib, () => unzlibSync(bytes, { out: new Uint8Array(size + 1) }));
};

/** @throws FormatError when the stream makes no sense, or something of another size */
export const decompressZstd: Decompress = (bytes, size, what) =>
  // Into a buffer of that size: the library would believe what the stream says of its own.
  unpack(bytes, size, what, largestRatio.zstd, () => unzstd(bytes, new Uint8Array(size)));

function unpack(bytes: Uint8Array, size: number, what: string, ratio: number, make: () => Uint8Array): Uint8Array {
  if (size > bytes.length * ratio) throw new FormatError(`${what} cannot have ${size} bytes`);
  let found: Uint8Array;
  try {
    found = make();
  } catch (error) {
    throw new FormatError(`${what} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (found.length !== size) throw new FormatError(`${what} has ${found.length} bytes, not ${size}`);
  return found;
}
