import * as integer from '../../object/bytes/integer';
import { SectionFlag } from '../../object/elf/relocatable';
import type { OutputSection } from '../sections/sections';

/** How far the passes that place the data segment are. */
type Stage = 'none' | 'begun' | 'protected' | 'ended' | 'adjust' | 'protect' | 'done';

const align = (value: bigint, alignment: bigint): bigint => (value + alignment - 1n) & -alignment;

/**
 * DATA_SEGMENT_ALIGN, DATA_SEGMENT_RELRO_END and DATA_SEGMENT_END: where the writable sections begin. The first pass over
 * the script sees how large they are, another puts them where the protected ones among them (RELRO) end with a page, or
 * where a page of the file is saved.
 */
export class DataSegment {
  #stage: Stage = 'none';
  #base = 0n;
  #end = 0n;
  #protectedEnd = 0n;
  #offset = 0n;
  #pageSize = 0x1000n;

  /** @param protects whether any section may be protected once the program is loaded */
  constructor(readonly protects: boolean) {}

  /** Whether the pass that moves the segment is under way: nothing is made shorter meanwhile. */
  get protecting(): boolean {
    return this.#stage === 'protect';
  }

  /** What is protected once the program is loaded; undefined for nothing. */
  get protectedRange(): { readonly start: bigint; readonly end: bigint } | undefined {
    return this.protects && this.#protectedEnd !== 0n ? { start: this.#base, end: this.#protectedEnd } : undefined;
  }

  /** Begins a pass. */
  reset(): void {
    this.#stage = 'none';
    this.#protectedEnd = 0n;
  }

  start(dot: bigint, maximumPage: bigint, commonPage: bigint): bigint {
    const page = align(dot, maximumPage);
    if (this.#stage === 'protect') return this.#base;
    if (this.#stage === 'adjust')
      return commonPage < maximumPage ? page + ((dot + commonPage - 1n) & (maximumPage - commonPage)) : page;
    const start = this.protects ? page : page + (dot & (maximumPage - 1n));
    if (this.#stage === 'none') {
      this.#stage = 'begun';
      this.#base = start;
      this.#pageSize = maximumPage;
    }
    return start;
  }

  protectedEnd(offset: bigint, value: bigint): bigint {
    if (this.#stage === 'none') return value;
    this.#offset = offset;
    if (this.#stage === 'begun' || this.#stage === 'protect') this.#protectedEnd = value + offset;
    if (this.#stage === 'protect' && this.#protectedEnd & (this.#pageSize - 1n)) {
      this.#protectedEnd = align(this.#protectedEnd, this.#pageSize);
      return this.#protectedEnd - offset;
    }
    if (this.#stage === 'begun') this.#stage = 'protected';
    return value;
  }

  close(end: bigint): void {
    if (this.#stage !== 'begun' && this.#stage !== 'protected') return;
    this.#stage = 'ended';
    this.#end = end;
  }

  /** What is left to do after a first pass: another pass with the segment moved, or nothing. */
  settle(outputs: readonly OutputSection[], again: () => void): void {
    if (this.#stage !== 'ended') {
      this.#stage = 'done';
      return;
    }
    if (this.protects && this.#protectedEnd !== 0n) {
      const base = this.#base;
      const end = this.#protect(outputs);
      again();
      // Assignments of the script made it larger than it was: as it was, then.
      if (this.#protectedEnd > end) {
        this.#base = base;
        again();
      }
      return;
    }
    this.#stage = this.#savesPage() ? 'adjust' : 'done';
    if (this.#stage === 'adjust') again();
  }

  /** Moves the base so that the protected sections end with a page. */
  #protect(outputs: readonly OutputSection[]): bigint {
    const end = align(this.#protectedEnd, this.#pageSize);
    let wanted = end - this.#offset;
    for (const output of [...outputs].reverse()) {
      const address = integer.toUnsigned(output.address);
      const isInside = address >= this.#base && address < this.#protectedEnd - this.#offset;
      if (output.removed || (output.flags & SectionFlag.Alloc) === 0 || !isInside) continue;
      const size = output.isThreadZeros ? 0n : BigInt(output.size);
      wanted = (wanted - size) & -BigInt(output.alignment);
    }
    this.#stage = 'protect';
    this.#base = wanted;
    return end;
  }

  /** Whether beginning at a page boundary saves a page. */
  #savesPage(): boolean {
    const page = this.#pageSize;
    const first = -this.#base & (page - 1n);
    const last = this.#end & (page - 1n);
    return first !== 0n && last !== 0n && (this.#base & -page) !== (this.#end & -page) && first + last <= page;
  }
}
