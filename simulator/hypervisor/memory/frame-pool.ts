import { FRAME } from '../../mmu/address';
import type { FrameRange } from './frame-table';

/** Zeroed frames of the VMM's own memory, for its tables. The pool has a fixed size: whoever finds it empty gives something back first. */
export class FramePool {
  private readonly free: number[] = [];

  /**
   * @param range taken from the frame table
   * @param clear fills a frame with zeros
   */
  constructor(
    readonly range: FrameRange,
    private readonly clear: (hpa: number) => void,
  ) {
    const { base, frames } = range;
    for (let frame = frames - 1; frame >= 0; frame--) this.free.push(base + frame * FRAME);
  }

  get available(): number {
    return this.free.length;
  }

  /** A zeroed frame's machine address; `undefined` when none is left. */
  allocate(): number | undefined {
    const frame = this.free.pop();
    if (frame !== undefined) this.clear(frame);
    return frame;
  }

  release(frame: number): void {
    this.free.push(frame);
  }

  /** The numbers in the pool of frames that are free. */
  state(): Uint32Array {
    return this.numbersOf(this.free);
  }

  restore(free: Uint32Array): void {
    this.free.splice(0, this.free.length, ...this.addressesOf(free));
  }

  /** The number of a frame in the pool, by its address. */
  numberOf(hpa: number): number {
    return (hpa - this.range.base) / FRAME;
  }

  /** The address of a frame, by its number in the pool. */
  addressOf(frame: number): number {
    return this.range.base + frame * FRAME;
  }

  numbersOf(frames: readonly number[]): Uint32Array {
    return Uint32Array.from(frames, (hpa) => this.numberOf(hpa));
  }

  addressesOf(frames: Uint32Array): number[] {
    return Array.from(frames, (frame) => this.addressOf(frame));
  }
}
