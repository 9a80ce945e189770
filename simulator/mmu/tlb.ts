import { type Component, componentOf, type StateHolder } from '../schema/state/component';
import {
  BARE_SPACE,
  GLOBAL_SPACE,
  LEVELS,
  pageKey,
  pagesOf,
  SPACES_OF_VMID,
  spaceOfEntry,
  spacesOf,
  type TlbEntry,
} from './tlb-entry';
import { packEntries, type TlbState, tlbState, unpackEntries } from './tlb-state';

/** How many there are where nobody says otherwise. */
export const TLB_ENTRIES = 1024;

/**
 * The TLB: machine state, asked by every access before tables are walked. Only fences and capacity remove entries; replacement depends
 * on fills alone (first in, first out), never on hits, so that whatever caches lie above it leave no trace in it.
 */
export class Tlb implements StateHolder<TlbState> {
  readonly component: Component;
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
    this.component = componentOf(tlbState(capacity), this);
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
    const base = spacesOf(vmid);
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
    const same = this.spaces.get(spaceOfEntry(entry))?.get(pageKey(entry.page, entry.level));
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
    const base = spacesOf(vmid);
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

  state(): TlbState {
    return { nextSlot: this.nextSlot, entries: packEntries(this.slots) };
  }

  restore({ nextSlot, entries }: TlbState): void {
    this.flushAll();
    for (const [slot, entry] of unpackEntries(entries)) this.insert(slot, entry);
    this.nextSlot = nextSlot;
  }

  private insert(slot: number, entry: TlbEntry): void {
    this.slots[slot] = entry;
    const space = spaceOfEntry(entry);
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
    const space = spaceOfEntry(entry);
    const pages = this.spaces.get(space);
    pages?.delete(pageKey(entry.page, entry.level));
    if (pages?.size === 0) this.spaces.delete(space);
    this.entriesOfLevel[entry.level] = (this.entriesOfLevel[entry.level] ?? 0) - 1;
    if (entry.firstLevel > entry.level) this.removePart(space, slot, entry);
    this.dropped(entry);
  }
}

function firstPage(page: number, level: number): number {
  return page - (page % pagesOf(level));
}
