import { FRAME } from '../../mmu/address';
import type { MemoryLayout } from '../layout';

/** What is known of a page, without looking at it. */
const PageUse = {
  /** Nobody has ever written it: it is zero. */
  blank: 0,
  /** Not written since `clean`. */
  clean: 1,
  dirty: 2,
} as const;

/** The machine's RAM by machine addresses, as everybody but the interpreter sees it: devices, debugger, VMM, page walks. */
export class PhysicalMemory {
  readonly base: number;
  readonly size: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** By page. */
  private readonly uses: Uint8Array;

  /** @param written is told of every write from outside, before anything runs on */
  constructor(
    base: number,
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly written: (address: number, length: number) => void,
  ) {
    this.base = base;
    this.size = layout.ramSize;
    this.bytes = new Uint8Array(memory.buffer, layout.ramOffset, layout.ramSize);
    this.uses = new Uint8Array(layout.ramSize / FRAME);
    this.view = new DataView(memory.buffer, layout.ramOffset, layout.ramSize);
  }

  contains(address: number, length = 1): boolean {
    return address >= this.base && address + length <= this.base + this.size;
  }

  /** Offset of a RAM address in the core's memory. */
  memoryOffset(address: number): number {
    return address - this.base + this.layout.ramOffset;
  }

  read8(address: number): number {
    return this.view.getUint8(this.at(address, 1));
  }

  read16(address: number): number {
    return this.view.getUint16(this.at(address, 2), true);
  }

  /** As a signed word: the low or high half of a 64-bit value. */
  read32(address: number): number {
    return this.view.getInt32(this.at(address, 4), true);
  }

  read64(address: number): bigint {
    return this.view.getBigUint64(this.at(address, 8), true);
  }

  write8(address: number, value: number): void {
    this.view.setUint8(this.at(address, 1), value);
    this.touched(address, 1);
  }

  write16(address: number, value: number): void {
    this.view.setUint16(this.at(address, 2), value, true);
    this.touched(address, 2);
  }

  write32(address: number, value: number): void {
    this.view.setInt32(this.at(address, 4), value, true);
    this.touched(address, 4);
  }

  write64(address: number, value: bigint): void {
    this.view.setBigUint64(this.at(address, 8), value, true);
    this.touched(address, 8);
  }

  writeWords(address: number, low: number, high: number): void {
    const at = this.at(address, 8);
    this.view.setInt32(at, low, true);
    this.view.setInt32(at + 4, high, true);
    this.touched(address, 8);
  }

  /** A copy. */
  read(address: number, length: number): Uint8Array {
    const at = this.at(address, length);
    return this.bytes.slice(at, at + length);
  }

  /** A view of the memory itself, for hashing: read it only. */
  peek(address: number, length: number): Uint8Array {
    const at = this.at(address, length);
    return this.bytes.subarray(at, at + length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at(address, bytes.length));
    this.touched(address, bytes.length);
  }

  fill(address: number, length: number, value: number): void {
    const at = this.at(address, length);
    this.bytes.fill(value, at, at + length);
    this.touched(address, length);
  }

  /** Whole pages become zero; those that are because nobody has written them cost nothing. */
  clear(address: number, length: number): void {
    for (let page = address; page < address + length; page += FRAME)
      if (this.uses[this.pageOf(page)] !== PageUse.blank) this.fill(page, FRAME, 0);
  }

  /** Numbers (from the start of RAM) of the pages that may have been written since `clean`, or ever. */
  dirtyPages(): number[] {
    const pages: number[] = [];
    const { uses } = this;
    const next = (from: number): number => uses.indexOf(PageUse.dirty, from);
    for (let page = next(0); page >= 0; page = next(page + 1)) pages.push(page);
    return pages;
  }

  isDirty(page: number): boolean {
    return this.uses[page] === PageUse.dirty;
  }

  /** The page of an address is about to be written where `PhysicalMemory` does not see it. */
  markDirty(address: number): void {
    this.uses[this.pageOf(address)] = PageUse.dirty;
  }

  /** From here on pages are clean; whoever writes past `PhysicalMemory` has to ask anew: see `Core.cleanMemory`. */
  clean(): void {
    for (const page of this.dirtyPages()) this.uses[page] = PageUse.clean;
  }

  private touched(address: number, length: number): void {
    const last = this.pageOf(address + length - 1);
    for (let page = this.pageOf(address); page <= last; page++) this.uses[page] = PageUse.dirty;
    this.written(address, length);
  }

  private pageOf(address: number): number {
    return (address - this.base) >>> 12;
  }

  private at(address: number, length: number): number {
    if (!this.contains(address, length)) {
      throw new RangeError(`no RAM at 0x${address.toString(16)} (${length} bytes)`);
    }
    return address - this.base;
  }
}
