import type { Result } from './byte-reader';
import { isElf } from './elf';
import { readExecutable } from './elf-reader';
import { LineTable } from './line-table';
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
    memorySize: bytes.length,
    readable: true,
    writable: true,
    executable: true,
  };
  return { value: { entry: address, segments: [segment], symbols: [], lines: LineTable.empty, sections: [] } };
}
