import { FRAME } from '../../mmu/address';
import type { WatchRange } from './platform';

/** Watched ranges of machine addresses. Their pages stay out of the fast path, so that other code pays nothing. */
export class Watchpoints {
  private ranges: readonly WatchRange[] = [];
  private readonly pages = new Set<number>();

  set(ranges: readonly WatchRange[]): void {
    this.ranges = ranges.filter(({ length }) => length > 0);
    this.pages.clear();
    for (const { address, length } of this.ranges) {
      for (let page = Math.floor(address / FRAME); page * FRAME < address + length; page++) this.pages.add(page);
    }
  }

  coversPage(address: number): boolean {
    return this.pages.size > 0 && this.pages.has(Math.floor(address / FRAME));
  }

  /** Whether an access touches a range that is watched for it. */
  isHit(address: number, size: number, isWrite: boolean): boolean {
    if (this.pages.size === 0) return false;
    return this.ranges.some((range) => {
      const isWatched = isWrite ? range.write : range.read;
      return isWatched && address < range.address + range.length && address + size > range.address;
    });
  }
}
