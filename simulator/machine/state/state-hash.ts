import type { PhysicalMemory } from '../../core/index';
import { FRAME } from '../../mmu/address';
import { isNumbers, type Numbers, type PlainValue } from '../../schema/state/plain';

/** A 64-bit hash (two FNV-1a-like lanes with different primes) over machine state, for comparison of runs; not cryptographic. */
export class StateHash {
  private a = 0x811c9dc5 | 0;
  private b = 0x9747b28c | 0;

  word(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b ^ value, 0x85ebca6b);
    this.b ^= this.b >>> 13;
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  bytes(value: Uint8Array): void {
    this.word(value.length);
    for (const byte of value) this.word(byte);
  }

  /** Numbers of any size by their bytes. */
  private numbers(value: Numbers): void {
    this.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }

  /** Any plain value; the fields of an object count in the order in which they are written. */
  plain(value: PlainValue): void {
    if (isNumbers(value)) this.numbers(value);
    else if (typeof value === 'number') this.text(String(value));
    else if (typeof value === 'object' && value !== null) {
      for (const [name, field] of Object.entries(value)) {
        this.text(name);
        this.plain(field);
      }
    } else this.text(String(value));
  }

  /** RAM, page by page; pages of zeros count as absent. */
  memory(ram: PhysicalMemory): void {
    for (let page = 0; page < ram.size; page += FRAME) {
      const bytes = ram.peek(ram.base + page, FRAME);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, FRAME / 4);
      let any = 0;
      for (let i = 0; i < words.length; i++) any |= words[i] ?? 0;
      if (any === 0) continue;
      this.word(page / FRAME);
      for (let i = 0; i < words.length; i++) this.word(words[i] ?? 0);
    }
  }

  digest(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return hex(this.a) + hex(this.b);
  }
}
