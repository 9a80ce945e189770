const encoder = new TextEncoder();

/** Grows as little-endian numbers, texts and bytes are appended. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  /** The bytes so far (a view). */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint | number): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
  }

  /** A number without a sign; of a negative one its 64 bits, which would have no last byte otherwise. */
  uleb(value: number | bigint): void {
    let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
    do {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      this.u8(rest === 0n ? byte : byte | 0x80);
    } while (rest !== 0n);
  }

  sleb(value: number): void {
    let rest = BigInt(value);
    for (;;) {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      const done = rest === (byte & 0x40 ? -1n : 0n);
      this.u8(done ? byte : byte | 0x80);
      if (done) return;
    }
  }

  append(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Text with a 0 at its end. */
  text(text: string): void {
    this.append(encoder.encode(text));
    this.u8(0);
  }

  /** Zeros up to a multiple of `alignment`, plus `remainder`. */
  align(alignment: number, remainder = 0): void {
    const gap = (((remainder - this.length) % alignment) + alignment) % alignment;
    if (gap > 0) this.append(new Uint8Array(gap));
  }

  /** Writes a number over earlier bytes. */
  patch32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
}

/** A string table that keeps each text once. */
export class StringTable {
  readonly #writer = new ByteWriter();
  readonly #offsets = new Map<string, number>();

  constructor() {
    this.#writer.u8(0);
    this.#offsets.set('', 0);
  }

  /** The offset of a text. */
  add(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      offset = this.#writer.length;
      this.#writer.text(text);
      this.#offsets.set(text, offset);
    }
    return offset;
  }

  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }
}
