import type { Integer } from '../../object/bytes/integer';
import type { MemoryRegion } from '../scripts/syntax';
import { Kind } from '../sections/kind';

/** A region of MEMORY while sections are put into it. */
export class Region {
  current = 0n;
  /** The last section that went there, from which the next one takes how far load addresses are from addresses. */
  last: { readonly address: Integer; readonly loadAddress: Integer } | undefined;
  origin = 0n;
  length = 0n;

  constructor(
    readonly name: string,
    readonly declared: MemoryRegion | undefined,
  ) {}

  /** Whether sections of a kind that name no region may go here: by the attributes of its declaration. */
  takes(kind: number): boolean {
    const attributes = this.declared?.attributes ?? '';
    let [wanted, unwanted] = [0, 0];
    let inverted = false;
    for (const letter of attributes) {
      if (letter === '!') inverted = !inverted;
      else if (inverted) unwanted |= attributeBits[letter] ?? 0;
      else wanted |= attributeBits[letter] ?? 0;
    }
    const bits = bitsOf(kind);
    return (wanted & bits) !== 0 && (unwanted & bits) === 0;
  }
}

const Bit = { Alloc: 1, ReadOnly: 2, Data: 4, Code: 8, Load: 16 } as const;
const attributeBits: Readonly<Record<string, number>> = {
  a: Bit.Alloc,
  r: Bit.ReadOnly,
  w: Bit.Data,
  x: Bit.Code,
  l: Bit.Load,
  i: Bit.Load,
};

function bitsOf(kind: number): number {
  const code = (kind & Kind.Code) !== 0;
  const alloc = (kind & Kind.Alloc) !== 0;
  const loaded = (kind & Kind.Load) !== 0;
  const readOnly = (kind & Kind.ReadOnly) !== 0;
  return (
    (alloc ? Bit.Alloc : 0) |
    (readOnly ? Bit.ReadOnly : 0) |
    (code ? Bit.Code : 0) |
    (loaded ? Bit.Load : 0) |
    ((loaded && !code) || (alloc && !readOnly && !code) ? Bit.Data : 0)
  );
}
