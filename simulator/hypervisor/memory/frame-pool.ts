import { FRAME } from '../../mmu/address';
import type { FrameRange } from './frame-table';

/** Zeroed frames of the VMM's own memory, for its tables. The pool has a fixed size: whoever finds it empty gives something back first. */
export class FramePool {
  private readonly free: number[] = [];

  readonly base: number;
  readonly frames: number;

  /**
   * @param range taken from the frame table
   * @param clear fills a frame with zeros
   */
  constructor(
    { base, frames }: FrameRange,
    private readonly clear: (hpa: number) => void,
  ) {
    this.base = base;
    this.frames = frames;
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

  contains(hpa: number): boolean {
    return hpa >= this.base && hpa < this.base + this.frames * FRAME;
  }

  state() {
    return { free: [...this.free] };
  }

  restore({ free }: ReturnType<FramePool['state']>): void {
    this.free.splice(0, this.free.length, ...free);
  }
}
