/** What is wrong with a file. Thrown inside this folder only: its public functions turn it into a result. */
export class FormatError extends Error {}

/** Either a value or one sentence that says what is wrong. */
export type Result<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: string };

/** Runs a parser; a FormatError becomes the result's error. Any other exception would be a mistake of ours. */
export function attempt<T>(parse: () => T): Result<T> {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof FormatError) return { error: error.message };
    throw error;
  }
}

const decoder = new TextDecoder();

/** Reads little-endian numbers from bytes; anything beyond the end is a FormatError that names `what`. */
export class ByteReader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** What is being read, for messages: 'section .debug_line'. */
    readonly what: string,
    public position = 0,
    readonly end = bytes.length,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  #take(count: number): number {
    const at = this.position;
    if (count < 0 || at + count > this.end || at < 0)
      throw new FormatError(`${this.what} ends too early (at offset ${at})`);
    this.position = at + count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(size: number): bigint {
    if (size === 8) return this.u64();
    return BigInt(size === 1 ? this.u8() : size === 2 ? this.u16() : this.u32());
  }

  /** A 64-bit number that must be a size or offset inside this file. */
  size(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FormatError(`${this.what} has an impossible size or offset (0x${value.toString(16)})`);
    return Number(value);
  }

  /** An offset of 4 bytes, or 8 in 64-bit DWARF. */
  offset(wide: boolean): number {
    return wide ? this.size() : this.u32();
  }

  uleb(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new FormatError(`${this.what} has a number of more than 10 bytes`);
  }

  sleb(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(Number(shift) + 7, value));
    }
    throw new FormatError(`${this.what} has a number of more than 10 bytes`);
  }

  /** Text up to a 0 byte. */
  text(): string {
    const start = this.position;
    const close = this.bytes.indexOf(0, start);
    if (close < 0 || close >= this.end)
      throw new FormatError(`${this.what} has a text without its end (at offset ${start})`);
    this.position = close + 1;
    return decoder.decode(this.bytes.subarray(start, close));
  }

  /** A view of the next bytes. */
  slice(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** A reader of the next bytes, which this one skips. */
  part(count: number): ByteReader {
    const at = this.#take(count);
    return new ByteReader(this.bytes, this.what, at, at + count);
  }
}
