import type { Result } from './bytes/reader';
import { isElf } from './elf/elf';
import { readExecutable } from './elf/reader';
import { RowTable } from './line-table';
import type { Program } from './program';

/** What is told by the first bytes of a file: text has no NUL. */
const LOOKED_AT = 4096;
const ELF_TYPE = 16;
const RELOCATABLE = 1;
const SOURCE_NAME = /\.(s|sx|asm|inc|ld|json)$/i;

/** Whether a file is something to load as it is, an ELF executable or a flat binary, and no source or object that has to be linked. */
export function isImage(path: string, bytes: Uint8Array): boolean {
  if (isElf(bytes)) return bytes[ELF_TYPE] !== RELOCATABLE;
  return !SOURCE_NAME.test(path) && bytes.subarray(0, LOOKED_AT).includes(0);
}

/**
 * The program of an image: an ELF executable says itself where it lies, a flat binary lies at `address` and is entered at its start.
 * @returns `error` in words when the ELF file cannot be read
 */
export function readImage(bytes: Uint8Array, address: bigint): Result<Program> {
  if (isElf(bytes)) return readExecutable(bytes);
  const segment = {
    address,
    loadAddress: address,
    bytes,
    memorySize: Math.max(bytes.length, linuxImageSize(bytes)),
    readable: true,
    writable: true,
    executable: true,
  };
  return { value: { entry: address, segments: [segment], symbols: [], lines: RowTable.empty, sections: [] } };
}

/** What a Linux `Image` says that it takes, its zeroed memory included (Documentation/arch/riscv/boot-image-header.rst); else 0. */
function linuxImageSize(bytes: Uint8Array): number {
  const HEADER = 64;
  const [IMAGE_SIZE, MAGIC] = [16, 56];
  const MAGIC_2 = 0x05435352;
  const LARGEST = 2 ** 31;
  if (bytes.length < HEADER) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  if (view.getUint32(MAGIC, true) !== MAGIC_2) return 0;
  const size = view.getUint32(IMAGE_SIZE, true);
  return view.getUint32(IMAGE_SIZE + 4, true) === 0 && size < LARGEST ? size : 0;
}
