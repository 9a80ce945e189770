/**
 * The TLB: machine state, asked by every access before tables are walked. Only fences and capacity remove entries; replacement depends
 * on fills alone (first in, first out), never on hits, so that whatever caches lie above it leave no trace in it.
 */

export interface TlbEntry {
  /** Virtualization mode and VMID: of the second stage. */
  readonly virtual: boolean;
  readonly vmid: number;
  readonly asid: number;
  readonly global: boolean;
  /** Bits 47:12 of the virtual address, low bits of a large page zero. */
  readonly page: number;
  /** 0: 4 KiB, 1: 2 MiB, 2: 1 GiB, 3: 512 GiB. */
  readonly level: number;
  /** V R W X U G A D of the leaf. W is usable when D is set. */
  readonly flags: number;
  /** Permissions of the second stage, R W X in the same places; all of them where there is none. */
  readonly secondStage: number;
  /** Machine address of the page's start. */
  readonly physical: number;
}

export const TLB_ENTRIES = 256;

/** Bits 47:12 of a virtual address, which distinguish all canonical addresses of Sv39 and Sv48. */
export function virtualPage(low: number, high: number): number {
  return (high & 0xffff) * 0x100000 + (low >>> 12);
}

/** Pages of 4 KiB in a page of a level. */
export function pagesOf(level: number): number {
  return level === 0 ? 1 : 512 ** level;
}

/** Whether an entry is for a page (of 4 KiB) of its address space. */
export function holds(entry: TlbEntry, page: number): boolean {
  const offset = page - entry.page;
  return offset >= 0 && offset < pagesOf(entry.level);
}

const GLOBAL_SPACE = -1;
const LEVELS = 4;

export class Tlb {
  private readonly slots: (TlbEntry | undefined)[] = Array.from({ length: TLB_ENTRIES }, () => undefined);
  private nextSlot = 0;
  /** By address space, then by level and page: slot numbers. */
  private readonly spaces = new Map<number, Map<number, number>>();
  private readonly entriesOfLevel: number[] = Array.from({ length: LEVELS }, () => 0);

  /** @param dropped is told of each entry that goes, so that caches above the TLB stay a part of it */
  constructor(private readonly dropped: (entry: TlbEntry) => void) {}

  /** Every valid entry, in the order of slots. */
  get entries(): readonly TlbEntry[] {
    return this.slots.filter((slot) => slot !== undefined);
  }

  /** Where a valid entry is. */
  slotOf(entry: TlbEntry): number {
    return this.slots.indexOf(entry);
  }

  lookup(asid: number, page: number): TlbEntry | undefined {
    const own = this.spaces.get(asid);
    const shared = this.spaces.get(GLOBAL_SPACE);
    for (let level = 0; level < LEVELS; level++) {
      if (this.entriesOfLevel[level] === 0) continue;
      const key = pageKey(page, level);
      const slot = own?.get(key) ?? shared?.get(key);
      if (slot !== undefined) return this.slots[slot];
    }
    return undefined;
  }

  /** Adds an entry, in place of an older one for the same page if there is one, else of the oldest. */
  fill(entry: TlbEntry): void {
    const same = this.spaces.get(spaceOf(entry))?.get(pageKey(entry.page, entry.level));
    const slot = same ?? this.nextSlot;
    this.remove(slot);
    if (same === undefined) this.nextSlot = (this.nextSlot + 1) % TLB_ENTRIES;
    this.insert(slot, entry);
  }

  /**
   * sfence.vma: entries that hold `page` (all when undefined) of address space `asid` (all when undefined, and only then global ones).
   */
  flush(page: number | undefined, asid: number | undefined): void {
    if (asid !== undefined) {
      const pages = this.spaces.get(asid);
      if (pages) this.removeHolding(page, [...pages.values()]);
    } else {
      this.removeHolding(page, this.slots.keys());
    }
  }

  private removeHolding(page: number | undefined, slots: Iterable<number>): void {
    for (const slot of slots) {
      const entry = this.slots[slot];
      if (entry && (page === undefined || firstPage(page, entry.level) === entry.page)) this.remove(slot);
    }
  }

  /** All of its state as numbers, for hashes and snapshots. */
  save(): number[] {
    const numbers = [this.nextSlot];
    for (const [slot, entry] of this.slots.entries()) {
      if (!entry) continue;
      const { virtual, vmid, asid, global, page, level, flags, secondStage, physical } = entry;
      numbers.push(slot, Number(virtual), vmid, asid, Number(global), page, level, flags, secondStage, physical);
    }
    return numbers;
  }

  restore(numbers: readonly number[]): void {
    for (const slot of this.slots.keys()) this.remove(slot);
    for (let at = 1; at < numbers.length; at += 10) {
      const [
        slot = 0,
        virtual,
        vmid = 0,
        asid = 0,
        global,
        page = 0,
        level = 0,
        flags = 0,
        secondStage = 0,
        physical = 0,
      ] = numbers.slice(at, at + 10);
      this.insert(slot, {
        virtual: virtual === 1,
        vmid,
        asid,
        global: global === 1,
        page,
        level,
        flags,
        secondStage,
        physical,
      });
    }
    this.nextSlot = numbers[0] ?? 0;
  }

  private insert(slot: number, entry: TlbEntry): void {
    this.slots[slot] = entry;
    const space = spaceOf(entry);
    let pages = this.spaces.get(space);
    if (!pages) {
      pages = new Map();
      this.spaces.set(space, pages);
    }
    pages.set(pageKey(entry.page, entry.level), slot);
    this.entriesOfLevel[entry.level] = (this.entriesOfLevel[entry.level] ?? 0) + 1;
  }

  private remove(slot: number): void {
    const entry = this.slots[slot];
    if (!entry) return;
    this.slots[slot] = undefined;
    const space = spaceOf(entry);
    const pages = this.spaces.get(space);
    pages?.delete(pageKey(entry.page, entry.level));
    if (pages?.size === 0) this.spaces.delete(space);
    this.entriesOfLevel[entry.level] = (this.entriesOfLevel[entry.level] ?? 0) - 1;
    this.dropped(entry);
  }
}

function spaceOf(entry: TlbEntry): number {
  return entry.global ? GLOBAL_SPACE : entry.asid;
}

function firstPage(page: number, level: number): number {
  return page - (page % pagesOf(level));
}

function pageKey(page: number, level: number): number {
  return level === 0 ? page * LEVELS : Math.floor(page / pagesOf(level)) * LEVELS + level;
}
