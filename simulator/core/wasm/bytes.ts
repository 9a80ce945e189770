/** A growing buffer of bytes with the integer encodings of the WebAssembly binary format (core specification, section 5.2). */
export class Bytes {
  private buffer = new Uint8Array(1024);
  private used = 0;

  get length(): number {
    return this.used;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    this.reserve(values.length);
    this.buffer.set(values, this.used);
    this.used += values.length;
  }

  /** u32, unsigned LEB128 */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** i32 or i64, signed LEB128 */
  signed(value: bigint | number): void {
    if (Number(value) === (Number(value) | 0)) {
      this.signedWord(Number(value));
      return;
    }
    let rest = BigInt(value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const signBit = (low & 0x40) !== 0;
      if ((rest === 0n && !signBit) || (rest === -1n && signBit)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** The same for 32 bits, without BigInt: nearly all constants are such. */
  private signedWord(value: number): void {
    let rest = value;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      const signBit = (low & 0x40) !== 0;
      if ((rest === 0 && !signBit) || (rest === -1 && signBit)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** A name in ASCII, with its length. */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** A vector: its length, then its elements. */
  vector<T>(elements: readonly T[], write: (element: T) => void): void {
    this.unsigned(elements.length);
    elements.forEach(write);
  }

  toArray(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.used);
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.used + more));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}
