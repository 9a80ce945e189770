/** The regions that are in use: their places in the table of functions, and the decoded entries that lead to them. */
import { FRAME } from '../../mmu/address';
import { type DecodedCode, headOfRegion } from '../interpreter/decoded-code';
import { TranslationLayout } from '../layout';
import { type Block, pageOf, type Region } from './region';
import type { RegionLinks } from './region-function';

const { recordSize: RECORD, recordsPerRegion, records: RECORDS, regions: CAPACITY } = TranslationLayout;

/** Bytes of RAM, from `start` up to but without `end`. */
interface RamRange {
  readonly start: number;
  readonly end: number;
}

export interface LiveRegion {
  readonly links: RegionLinks;
  readonly region: Region;
  /** The virtual address of the origin when the region was found. */
  readonly originLow: number;
  readonly originHigh: number;
  readonly code: readonly RamRange[];
  /** Addresses of the decoded entries that lead here. */
  readonly linked: Set<number>;
}

export class LiveRegions {
  /** Function number 0 is none. */
  private readonly free: number[] = Array.from({ length: CAPACITY - 1 }, (_, index) => CAPACITY - 1 - index);
  private readonly bySlot = new Map<number, LiveRegion>();
  private readonly byPage = new Map<number, Set<LiveRegion>>();

  constructor(
    private readonly words: Int32Array,
    private readonly table: WebAssembly.Table,
    private readonly decoded: DecodedCode,
  ) {}

  get size(): number {
    return this.bySlot.size;
  }

  get freeSlots(): number {
    return this.free.length;
  }

  at(slot: number): LiveRegion | undefined {
    return this.bySlot.get(slot);
  }

  /** Takes a place for a region. */
  reserve(): RegionLinks {
    const slot = this.free.pop();
    if (slot === undefined) throw new RangeError('all places of regions are taken');
    const records = RECORDS + slot * recordsPerRegion * RECORD;
    return { slot, records, head: headOfRegion(slot) };
  }

  /** From now on the interpreter calls `run` where it comes to one of the region's entries. */
  add(
    links: RegionLinks,
    region: Region,
    origin: { readonly low: number; readonly high: number },
    longest: ReadonlyMap<number, number>,
    run: unknown,
  ): LiveRegion {
    const code = [...region.blocks.values()].flatMap((block) => ramRangesOf(region, block));
    const live: LiveRegion = { links, region, originLow: origin.low, originHigh: origin.high, code, linked: new Set() };
    this.table.set(links.slot, run);
    this.bySlot.set(links.slot, live);
    for (const { ramPage } of region.pages.values()) {
      const others = this.byPage.get(ramPage);
      if (others) others.add(live);
      else this.byPage.set(ramPage, new Set([live]));
    }
    for (const [index, offset] of region.entries.entries()) this.link(live, index, offset, longest.get(offset) ?? 0);
    return live;
  }

  /** The entry that the region was asked for is its own in any case; other entries stay with the region that has them. */
  private link(live: LiveRegion, index: number, offset: number, longest: number): void {
    const { region, links } = live;
    const page = region.pages.get(offset & -FRAME);
    if (!page) return;
    const entry = this.decoded.entryAt(page.decodedPage, offset - page.offset);
    const other = this.regionAt(entry);
    if (other) {
      if (index > 0) return;
      this.unlink(other, entry);
    }
    const record = (links.records + index * RECORD) >> 2;
    const original = this.decoded.linkToRegion(entry, links.slot, links.records + index * RECORD);
    this.words[record + (TranslationLayout.originalHead >> 2)] = original.head;
    this.words[record + (TranslationLayout.originalImmediate >> 2)] = original.immediate;
    this.words[record + (TranslationLayout.longest >> 2)] = longest;
    this.words[record + (TranslationLayout.pageOffset >> 2)] = page.offset;
    live.linked.add(entry);
  }

  private unlink(live: LiveRegion, entry: number): void {
    live.linked.delete(entry);
    this.decoded.forget(entry);
  }

  /** The region to which a decoded entry leads. */
  regionAt(entry: number): LiveRegion | undefined {
    const slot = this.decoded.regionOf(entry);
    return slot === undefined ? undefined : this.bySlot.get(slot);
  }

  /** Regions made from code that is at least in part in a range of RAM. */
  madeFrom(ramOffset: number, length: number): LiveRegion[] {
    const found = new Set<LiveRegion>();
    for (let page = ramOffset >>> 12; page <= (ramOffset + length - 1) >>> 12; page++) {
      for (const live of this.byPage.get(page) ?? []) {
        if (live.code.some(({ start, end }) => start < ramOffset + length && end > ramOffset)) found.add(live);
      }
    }
    return [...found];
  }

  drop(live: LiveRegion): void {
    if (this.bySlot.get(live.links.slot) !== live) return;
    for (const entry of live.linked) this.decoded.forget(entry);
    this.forget(live);
  }

  /** Decoded code is about to be given back as a whole. */
  dropAll(): void {
    for (const live of [...this.bySlot.values()]) this.drop(live);
  }

  private forget(live: LiveRegion): void {
    const { slot } = live.links;
    this.table.set(slot, null);
    this.bySlot.delete(slot);
    this.free.push(slot);
    for (const { ramPage } of live.region.pages.values()) {
      const others = this.byPage.get(ramPage);
      others?.delete(live);
      if (others?.size === 0) this.byPage.delete(ramPage);
    }
  }
}

function ramRangesOf(region: Region, { offset, instructions }: Block): RamRange[] {
  const last = instructions.at(-1);
  const end = last ? last.offset + last.length : offset;
  const range = (from: number, to: number): RamRange => {
    const page = region.pages.get(pageOf(from));
    const start = (page?.ramPage ?? 0) * FRAME + (from - pageOf(from));
    return { start, end: start + (to - from) };
  };
  // What follows a page's end is somewhere else in RAM.
  return last?.crosses ? [range(offset, end - 2), range(end - 2, end)] : [range(offset, end)];
}
