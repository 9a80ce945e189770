/**
 * The TLB: machine state, asked by every access before tables are walked. Only fences and capacity remove entries; replacement depends
 * on fills alone (first in, first out), never on hits, so that whatever caches lie above it leave no trace in it.
 */

export interface TlbEntry {
  /** V: the translation is of two stages, of the VMID. */
  readonly virtual: boolean;
  readonly vmid: number;
  readonly asid: number;
  readonly global: boolean;
  /** The first stage was Bare: `page` is guest physical, `asid` says nothing. */
  readonly bare: boolean;
  /** Bits 47:12 of the virtual address (of a guest physical one, all above 11), low bits of a large page zero. */
  readonly page: number;
  /** 0: 4 KiB, 1: 2 MiB, 2: 1 GiB, 3: 512 GiB; the smaller one of two stages. */
  readonly level: number;
  /** V R W X U G A D of the leaf; of none, 0: what is cached is that there is none. W is usable when D is set. */
  readonly flags: number;
  /** Of the leaf of the second stage, in the same places; all of them where there is none. */
  readonly secondStage: number;
  /** Machine address of the page's start. */
  readonly physical: number;
  /** Level of the first stage's leaf. */
  readonly firstLevel: number;
  /** Level of the second stage's leaf, and the guest physical page that `page` is; 0 where there is no second stage. */
  readonly secondLevel: number;
  readonly guestPage: number;
}

/** How many there are where nobody says otherwise. */
export const TLB_ENTRIES = 1024;

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

/** Address spaces by number: ASIDs, what is global, and what has no first stage; for V = 0, then for each VMID. */
const GLOBAL_SPACE = 0x10000;
const BARE_SPACE = 0x10001;
const SPACES_OF_VMID = 0x20000;
const LEVELS = 4;

const baseOf = (vmid: number): number => (vmid + 1) * SPACES_OF_VMID;

export class Tlb {
  private readonly slots: (TlbEntry | undefined)[];
  private nextSlot = 0;
  /** By address space, then by level and page: slot numbers. */
  private readonly spaces = new Map<number, Map<number, number>>();
  /**
   * By address space, then by first-stage leaf: the slots of entries that are but a part of what their leaf maps, because the second stage
   * has smaller pages.
   */
  private readonly parts = new Map<number, Map<number, Set<number>>>();
  private readonly entriesOfLevel: number[] = Array.from({ length: LEVELS }, () => 0);

  /** @param dropped is told of each entry that goes, so that caches above the TLB stay a part of it */
  constructor(
    private readonly dropped: (entry: TlbEntry) => void,
    readonly capacity = TLB_ENTRIES,
  ) {
    this.slots = Array.from({ length: capacity }, () => undefined);
  }

  /** Every valid entry, in the order of slots. */
  get entries(): readonly TlbEntry[] {
    return this.slots.filter((slot) => slot !== undefined);
  }

  /** Where a valid entry is. */
  slotOf(entry: TlbEntry): number {
    return this.slots.indexOf(entry);
  }

  /** The entry of a page in an address space with V = 0. */
  lookup(asid: number, page: number): TlbEntry | undefined {
    return this.find(this.spaces.get(asid), this.spaces.get(GLOBAL_SPACE), page);
  }

  /** The entry of a page in an address space of a VMID; of a guest physical page when there is no first stage (asid undefined). */
  lookupVirtual(vmid: number, asid: number | undefined, page: number): TlbEntry | undefined {
    const base = baseOf(vmid);
    if (asid === undefined) return this.find(this.spaces.get(base + BARE_SPACE), undefined, page);
    return this.find(this.spaces.get(base + asid), this.spaces.get(base + GLOBAL_SPACE), page);
  }

  private find(
    own: ReadonlyMap<number, number> | undefined,
    shared: ReadonlyMap<number, number> | undefined,
    page: number,
  ): TlbEntry | undefined {
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
    if (same === undefined) this.nextSlot = (this.nextSlot + 1) % this.capacity;
    this.insert(slot, entry);
  }

  /**
   * sfence.vma with V = 0: entries that hold `page` (all when undefined) of address space `asid` (all when undefined, and only then
   * global ones).
   */
  flush(page: number | undefined, asid: number | undefined): void {
    if (page === undefined) this.flushSpaces(asid);
    else if (asid !== undefined) this.removePage(this.spaces.get(asid), page);
    else for (const [space, pages] of this.spaces) if (space < SPACES_OF_VMID) this.removePage(pages, page);
  }

  private flushSpaces(asid: number | undefined): void {
    if (asid === undefined) this.removeWhere((entry) => !entry.virtual);
    else for (const slot of [...(this.spaces.get(asid)?.values() ?? [])]) this.remove(slot);
  }

  /** Removes what holds a page: with one stage of translation an entry is all that its leaf maps. */
  private removePage(pages: ReadonlyMap<number, number> | undefined, page: number): void {
    if (!pages) return;
    for (let level = 0; level < LEVELS; level++) {
      const slot = this.entriesOfLevel[level] === 0 ? undefined : pages.get(pageKey(page, level));
      if (slot !== undefined) this.remove(slot);
    }
  }

  /** hfence.vvma, and sfence.vma with V = 1: the same for first stages of a VMID. */
  flushVirtual(vmid: number, page: number | undefined, asid: number | undefined): void {
    const base = baseOf(vmid);
    if (asid !== undefined) this.flushSpace(base + asid, page);
    else
      for (const space of this.spaces.keys())
        if (space >= base && space < base + SPACES_OF_VMID) this.flushSpace(space, page);
  }

  private flushSpace(space: number, page: number | undefined): void {
    const pages = this.spaces.get(space);
    if (!pages) return;
    if (page === undefined) {
      for (const slot of [...pages.values()]) this.remove(slot);
      return;
    }
    this.removePage(pages, page);
    const parts = this.parts.get(space);
    if (!parts) return;
    for (let level = 1; level < LEVELS; level++)
      for (const slot of [...(parts.get(pageKey(page, level)) ?? [])]) this.remove(slot);
  }

  /** hfence.gvma: entries whose second stage maps `guestPage` (all when undefined) for `vmid` (all when undefined). */
  flushGuest(guestPage: number | undefined, vmid: number | undefined): void {
    this.removeWhere(
      (entry) =>
        entry.virtual &&
        (vmid === undefined || entry.vmid === vmid) &&
        (guestPage === undefined ||
          firstPage(entry.guestPage, entry.secondLevel) === firstPage(guestPage, entry.secondLevel)),
    );
  }

  flushAll(): void {
    for (const slot of this.slots.keys()) this.remove(slot);
  }

  private removeWhere(matches: (entry: TlbEntry) => boolean): void {
    for (let slot = 0; slot < this.capacity; slot++) {
      const entry = this.slots[slot];
      if (entry && matches(entry)) this.remove(slot);
    }
  }

  /** All of its state as numbers, for hashes and snapshots. */
  save(): number[] {
    const numbers = [this.nextSlot];
    for (const [slot, entry] of this.slots.entries()) {
      if (entry) numbers.push(slot, ...fields.map((field) => Number(entry[field])));
    }
    return numbers;
  }

  restore(numbers: readonly number[]): void {
    this.flushAll();
    for (let at = 1; at < numbers.length; at += fields.length + 1) {
      const [slot = 0, virtual, vmid = 0, asid = 0, global, bare, page = 0, level = 0, flags = 0, ...more] =
        numbers.slice(at, at + fields.length + 1);
      // The numbers may come out of a file that somebody has changed.
      if (!(slot >= 0 && slot < this.capacity && level >= 0 && level < LEVELS))
        throw new RangeError(`the TLB has no entry ${slot} of level ${level}`);
      const [secondStage = 0, physical = 0, firstLevel = 0, secondLevel = 0, guestPage = 0] = more;
      const tags = { virtual: virtual === 1, vmid, asid, global: global === 1, bare: bare === 1, page, level };
      this.insert(slot, { ...tags, flags, secondStage, physical, firstLevel, secondLevel, guestPage });
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
    if (entry.firstLevel > entry.level) this.insertPart(space, slot, entry);
  }

  private insertPart(space: number, slot: number, entry: TlbEntry): void {
    let parts = this.parts.get(space);
    if (!parts) {
      parts = new Map();
      this.parts.set(space, parts);
    }
    const leaf = pageKey(entry.page, entry.firstLevel);
    const slots = parts.get(leaf);
    if (slots) slots.add(slot);
    else parts.set(leaf, new Set([slot]));
  }

  private removePart(space: number, slot: number, entry: TlbEntry): void {
    const parts = this.parts.get(space);
    const leaf = pageKey(entry.page, entry.firstLevel);
    const slots = parts?.get(leaf);
    slots?.delete(slot);
    if (slots?.size === 0) parts?.delete(leaf);
    if (parts?.size === 0) this.parts.delete(space);
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
    if (entry.firstLevel > entry.level) this.removePart(space, slot, entry);
    this.dropped(entry);
  }
}

/** The fields of an entry in the order in which they are saved. */
const fields = [
  'virtual',
  'vmid',
  'asid',
  'global',
  'bare',
  'page',
  'level',
  'flags',
  'secondStage',
  'physical',
  'firstLevel',
  'secondLevel',
  'guestPage',
] as const satisfies readonly (keyof TlbEntry)[];

function spaceOf(entry: TlbEntry): number {
  const space = entry.bare ? BARE_SPACE : entry.global ? GLOBAL_SPACE : entry.asid;
  return entry.virtual ? baseOf(entry.vmid) + space : space;
}

function firstPage(page: number, level: number): number {
  return page - (page % pagesOf(level));
}

function pageKey(page: number, level: number): number {
  return level === 0 ? page * LEVELS : Math.floor(page / pagesOf(level)) * LEVELS + level;
}
