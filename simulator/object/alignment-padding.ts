import type { ElfSection } from './elf';
import type { RawRelocation } from './object-reader';
import { RelocationType } from './relocatable';

/** A section as it is after the space that the assembler left for alignment was cut to what is needed. */
export interface TrimmedSection {
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Where an offset of the section in the file went. */
  readonly moved: (offset: number) => number;
}

/**
 * Code that was assembled for relaxation has, where it is aligned, as much space as the worst case needs (R_RISCV_ALIGN
 * with the number of bytes); every linker cuts it, `--no-relax` or not. A section begins at its alignment, so that what
 * is needed is known before addresses are.
 */
export function withoutPadding(section: ElfSection, relocations: readonly RawRelocation[]): TrimmedSection {
  const { bytes, size } = section;
  const cuts: { from: number; to: number }[] = [];
  const pieces: Uint8Array[] = [];
  let copied = 0;
  let removed = 0;
  const alignments = relocations
    .filter(({ type }) => type === RelocationType.Align)
    .sort((a, b) => a.offset - b.offset);
  for (const { offset, addend } of alignments) {
    const space = Number(addend);
    if (offset < copied || !(space > 0) || offset + space > bytes.length) continue;
    let alignment = 1;
    while (alignment <= space) alignment *= 2;
    const needed = (alignment - ((offset - removed) % alignment)) % alignment;
    if (needed > space) continue;
    pieces.push(bytes.subarray(copied, offset), nops(needed));
    copied = offset + space;
    removed += space - needed;
    if (needed < space) cuts.push({ from: offset + needed, to: offset + space });
  }
  if (cuts.length === 0) return { bytes, size, moved: (offset) => offset };
  pieces.push(bytes.subarray(copied));
  return {
    bytes: joined(pieces, size - removed),
    size: size - removed,
    moved: (offset) => offset - bytesCutBefore(cuts, offset),
  };
}

function bytesCutBefore(cuts: readonly { from: number; to: number }[], offset: number): number {
  let count = 0;
  for (const { from, to } of cuts) {
    if (from >= offset) break;
    count += Math.min(to, offset) - from;
  }
  return count;
}

/** `nop`s, and a `c.nop` for two bytes that are left. */
function nops(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i + 4 <= count; i += 4) bytes[i] = 0x13;
  if (count % 4 !== 0) bytes[count & ~3] = 0x01;
  return bytes;
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
