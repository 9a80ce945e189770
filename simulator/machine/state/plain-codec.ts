import { isNumbers, isPlainList, type Numbers, type PlainValue } from '../../schema/state/plain';

/** The file is not what it should be: a message for the user. */
export class FileFormatError extends Error {}

const Tag = {
  null: 0,
  false: 1,
  true: 2,
  number: 3,
  text: 4,
  bytes: 5,
  list: 6,
  record: 7,
  bigInteger: 8,
  int32s: 9,
  uint32s: 10,
  float64s: 11,
} as const;
/** Digits of a big integer; those of a machine have 64 bits. */
const LONGEST_INTEGER = 40;
const FIRST_CAPACITY = 65536;
/** Lists and records in each other; those of a machine are far fewer. */
const DEEPEST = 64;

/** Writes plain data as bytes that `PlainReader` reads back: a tag, then the value, little-endian; lists and records with their length. */
export class PlainWriter {
  private buffer = new Uint8Array(FIRST_CAPACITY);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  word(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  plain(value: PlainValue): void {
    if (value === null) this.tag(Tag.null);
    else if (typeof value === 'boolean') this.tag(value ? Tag.true : Tag.false);
    else if (typeof value === 'number') {
      this.tag(Tag.number);
      this.reserve(8);
      this.view.setFloat64(this.length, value, true);
      this.length += 8;
    } else if (typeof value === 'string') {
      this.tag(Tag.text);
      this.text(value);
    } else if (typeof value === 'bigint') {
      this.tag(Tag.bigInteger);
      this.text(String(value));
    } else if (isNumbers(value)) {
      this.tag(tagOf(value));
      this.word(value.length);
      this.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (isPlainList(value)) {
      this.tag(Tag.list);
      this.word(value.length);
      for (const item of value) this.plain(item);
    } else {
      this.tag(Tag.record);
      const fields = Object.entries(value);
      this.word(fields.length);
      for (const [name, field] of fields) {
        this.text(name);
        this.plain(field);
      }
    }
  }

  private text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.word(bytes.length);
    this.raw(bytes);
  }

  private tag(tag: number): void {
    this.reserve(1);
    this.buffer[this.length++] = tag;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    grown.set(this.bytes);
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Reads what `PlainWriter` wrote. Every method throws FileFormatError where the bytes end too early or make no sense. */
export class PlainReader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  word(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A view of the file's bytes. */
  raw(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  plain(depth = 0): PlainValue {
    if (depth > DEEPEST) throw new FileFormatError('the file is damaged: its values lie too deep in each other');
    switch (this.view.getUint8(this.take(1))) {
      case Tag.null:
        return null;
      case Tag.false:
        return false;
      case Tag.true:
        return true;
      case Tag.number:
        return this.view.getFloat64(this.take(8), true);
      case Tag.text:
        return this.text();
      case Tag.bytes:
        return this.raw(this.word()).slice();
      case Tag.bigInteger:
        return this.bigInteger();
      case Tag.int32s:
        return new Int32Array(this.numbers(4));
      case Tag.uint32s:
        return new Uint32Array(this.numbers(4));
      case Tag.float64s:
        return new Float64Array(this.numbers(8));
      case Tag.list:
        return this.items(() => this.plain(depth + 1));
      case Tag.record:
        return Object.fromEntries(this.items(() => [this.text(), this.plain(depth + 1)] as const));
      default:
        throw new FileFormatError('the file is damaged: a value has no known type');
    }
  }

  private items<T>(read: () => T): T[] {
    const count = this.word();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  private bigInteger(): bigint {
    const digits = this.text();
    if (digits.length > LONGEST_INTEGER || !/^-?\d+$/.test(digits))
      throw new FileFormatError('the file is damaged: an integer has other signs than digits');
    return BigInt(digits);
  }

  /** A copy of numbers of so many bytes each. */
  private numbers(size: number): ArrayBuffer {
    return Uint8Array.from(this.raw(this.word() * size)).buffer;
  }

  private text(): string {
    return new TextDecoder().decode(this.raw(this.word()));
  }

  private take(count: number): number {
    const at = this.at;
    if (at + count > this.bytes.length)
      throw new FileFormatError('the file is truncated: it ends in the middle of a value');
    this.at += count;
    return at;
  }
}

function tagOf(numbers: Numbers): number {
  if (numbers instanceof Uint8Array) return Tag.bytes;
  if (numbers instanceof Int32Array) return Tag.int32s;
  return numbers instanceof Uint32Array ? Tag.uint32s : Tag.float64s;
}
