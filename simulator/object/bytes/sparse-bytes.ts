/** Some of the bytes of a longer stretch. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Bytes of which only pieces are held: all others are 0. So what is large and empty takes no memory. */
export class SparseBytes {
  /** @param pieces in order, none beyond the size; where two overlap, the later one counts */
  constructor(
    readonly size: number,
    readonly pieces: readonly Piece[],
  ) {}

  static of(bytes: Uint8Array): SparseBytes {
    return new SparseBytes(bytes.length, bytes.length > 0 ? [{ offset: 0, bytes }] : []);
  }

  /** A copy of a part; what lies beyond the end is left out. */
  slice(start = 0, end = this.size): Uint8Array {
    const last = Math.min(end, this.size);
    const result = new Uint8Array(Math.max(0, last - start));
    for (const { offset, bytes } of this.pieces) {
      if (offset >= last || offset + bytes.length <= start) continue;
      const from = Math.max(0, start - offset);
      result.set(bytes.subarray(from, Math.min(bytes.length, last - offset)), offset + from - start);
    }
    return result;
  }
}
