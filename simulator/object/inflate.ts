/** Decompression of zlib streams (RFC 1950, 1951), in which compilers store debug sections. */
import { FormatError } from './byte-reader';

/** No deflate stream becomes longer than by this factor. */
const largestRatio = 1032;
const maximumBits = 15;
const endOfBlock = 256;
const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const distanceExtra = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** In which order the lengths of the code for code lengths are stored. */
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A Huffman code: by as many bits of the stream as its longest has, the symbol and, in the low four bits, how long its code is; 0 for none. */
type Code = Uint16Array;

/**
 * Inflates a zlib stream.
 * @param size how long the result is: what the section's header says
 * @throws FormatError when the stream makes no sense, or something of another size
 */
export function inflate(bytes: Uint8Array, size: number, what: string): Uint8Array {
  const header = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const isZlib = ((header >> 8) & 0xf) === 8 && header % 31 === 0 && !(header & 0x20);
  if (!isZlib) throw new FormatError(`${what} is no zlib stream`);
  if (size > bytes.length * largestRatio) throw new FormatError(`${what} cannot have ${size} bytes`);
  return new Inflater(bytes, 2, new Uint8Array(size), what).run();
}

class Inflater {
  private bits = 0;
  private bitCount = 0;
  private written = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private position: number,
    private readonly output: Uint8Array,
    private readonly what: string,
  ) {}

  run(): Uint8Array {
    for (let isLast = false; !isLast; ) {
      isLast = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.compressed(fixedLiterals, fixedDistances);
      else if (kind === 2) this.dynamic();
      else this.fail();
    }
    if (this.written !== this.output.length) this.fail();
    return this.output;
  }

  private fail(): never {
    throw new FormatError(`${this.what} is damaged`);
  }

  /** Fills up to at least `count` bits, as far as there are bytes; what is beyond the end reads as 0. */
  private need(count: number): void {
    while (this.bitCount < count) {
      if (this.position > this.bytes.length + 4) this.fail();
      this.bits |= (this.bytes[this.position++] ?? 0) << this.bitCount;
      this.bitCount += 8;
    }
  }

  private take(count: number): number {
    if (count === 0) return 0;
    this.need(count);
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  private symbol(code: Code): number {
    this.need(maximumBits);
    const entry = code[this.bits & (code.length - 1)] ?? 0;
    const length = entry & 0xf;
    if (length === 0) this.fail();
    this.bits >>>= length;
    this.bitCount -= length;
    return entry >> 4;
  }

  private stored(): void {
    this.position -= this.bitCount >> 3;
    this.bits = 0;
    this.bitCount = 0;
    const length = this.take(16);
    if ((this.take(16) ^ 0xffff) !== length) this.fail();
    const { position, written, output, bytes } = this;
    if (position + length > bytes.length || written + length > output.length) this.fail();
    output.set(bytes.subarray(position, position + length), written);
    this.position += length;
    this.written += length;
  }

  private dynamic(): void {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const lengthCodes = this.take(4) + 4;
    const lengthLengths = new Uint8Array(19);
    for (let i = 0; i < lengthCodes; i++) lengthLengths[codeLengthOrder[i] ?? 0] = this.take(3);
    const lengthCode = this.codeOf(lengthLengths);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.symbol(lengthCode);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) this.fail();
      const repeated = symbol === 16 ? (lengths[i - 1] ?? 0) : 0;
      const count = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + count > lengths.length) this.fail();
      lengths.fill(repeated, i, i + count);
      i += count;
    }
    this.compressed(this.codeOf(lengths.subarray(0, literals)), this.codeOf(lengths.subarray(literals)));
  }

  private codeOf(lengths: Uint8Array): Code {
    return codeOf(lengths) ?? this.fail();
  }

  private compressed(literals: Code, distances: Code): void {
    const { output } = this;
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === endOfBlock) return;
      if (symbol < endOfBlock) {
        if (this.written >= output.length) this.fail();
        output[this.written++] = symbol;
        continue;
      }
      const length = (lengthBase[symbol - 257] ?? this.fail()) + this.take(lengthExtra[symbol - 257] ?? 0);
      const code = this.symbol(distances);
      const distance = (distanceBase[code] ?? this.fail()) + this.take(distanceExtra[code] ?? 0);
      let to = this.written;
      if (distance > to || to + length > output.length) this.fail();
      // Byte by byte: a copy may read what it has just written.
      for (let end = to + length; to < end; to++) output[to] = output[to - distance] ?? 0;
      this.written = to;
    }
  }
}

/** The canonical code of some code lengths; undefined when there are more codes than bits distinguish. */
function codeOf(lengths: Uint8Array): Code | undefined {
  const counts = new Uint16Array(maximumBits + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const next = new Uint16Array(maximumBits + 2);
  for (let bits = 1; bits <= maximumBits; bits++) next[bits + 1] = ((next[bits] ?? 0) + (counts[bits] ?? 0)) << 1;
  const table = new Uint16Array(1 << lengths.reduce((longest, length) => Math.max(longest, length), 0));
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    if (code >= 1 << length) return undefined;
    for (let at = reversed(code, length); at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
  }
  return table;
}

/** Codes stand in the stream with their highest bit first. */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result = (result << 1) | ((code >> bit) & 1);
  return result;
}

const fixedLiterals = fixedCode(288, (symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8));
const fixedDistances = fixedCode(30, () => 5);

function fixedCode(count: number, lengthOf: (symbol: number) => number): Code {
  return codeOf(Uint8Array.from({ length: count }, (_, symbol) => lengthOf(symbol))) ?? new Uint16Array(0);
}
