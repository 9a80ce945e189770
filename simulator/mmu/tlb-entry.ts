/** What the TLB holds, and how its entries are told apart. */
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

/** Pages are of as many sizes; see `TlbEntry.level`. */
export const LEVELS = 4;

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
export const GLOBAL_SPACE = 0x10000;
export const BARE_SPACE = 0x10001;
export const SPACES_OF_VMID = 0x20000;

/** The first address space of a VMID. */
export const spacesOf = (vmid: number): number => (vmid + 1) * SPACES_OF_VMID;

/** The number of an entry's address space. */
export function spaceOfEntry(entry: TlbEntry): number {
  const space = entry.bare ? BARE_SPACE : entry.global ? GLOBAL_SPACE : entry.asid;
  return entry.virtual ? spacesOf(entry.vmid) + space : space;
}

/** What the entries of an address space are found by. */
export function pageKey(page: number, level: number): number {
  return level === 0 ? page * LEVELS : Math.floor(page / pagesOf(level)) * LEVELS + level;
}
