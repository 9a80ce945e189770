/**
 * The page-table walk (manual, volume II, "Virtual Address Translation Process"), for Sv39 and Sv48. There is only this one: the hart's
 * hardware walker, the debugger's peek, a VMM's walk of its guest's tables and walks shown as data differ in the `PageTables` they
 * read and in whether A and D are written.
 */
import { Access } from './access';

/** Bits of a page-table entry, all in its low word. */
export const Pte = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;

/** Bits 63:54: N, PBMT and reserved; in the high word. Without the extensions that define them they must be 0. */
const RESERVED_HIGH = 0xffc00000 | 0;

/** Where tables are read, in physical addresses of the walk's own kind (machine, or guest). */
export interface PageTables {
  /** Puts the entry at a physical address into `pteLow` and `pteHigh`. @returns false for an access fault */
  readPte(address: number): boolean;
  pteLow: number;
  pteHigh: number;
  /**
   * Sets bits in the low word of an entry that still is what was read. @returns false for an access fault. Absent: A and D stay as
   * they are, and the walk goes on as if they had been set.
   */
  setPteBits?(address: number, bits: number): boolean;
}

export interface WalkRequest {
  /** Physical page number of the root table. */
  readonly root: number;
  /** 3: Sv39, 4: Sv48. */
  readonly levels: 3 | 4;
  readonly access: Access;
  /** The access is by U-mode; else by S-mode. */
  readonly user: boolean;
  readonly sum: boolean;
  readonly mxr: boolean;
}

export const WalkOutcome = { page: 0, pageFault: 1, accessFault: 2 } as const;
export type WalkOutcome = (typeof WalkOutcome)[keyof typeof WalkOutcome];

/** An entry that a walk read. */
export interface WalkStep {
  /** 2 is Sv39's root, 0 the last table. */
  readonly level: number;
  /** Physical address of the entry. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
}

/** What the last walk found; reused by every walk. */
export interface WalkResult {
  /** Level of the leaf: 0 a page of 4 KiB, 1 of 2 MiB, 2 of 1 GiB, 3 of 512 GiB. */
  level: number;
  /** Physical address of the start of the leaf's page (of its whole size). */
  physical: number;
  /** Low byte of the leaf as it now is: V R W X U G A D. */
  flags: number;
}

/** Whether the unused upper bits of a virtual address equal its highest used bit. */
export function isCanonical(high: number, levels: 3 | 4): boolean {
  const upper = high >> (levels === 3 ? 38 - 32 : 47 - 32);
  return upper === 0 || upper === -1;
}

/** Whether a leaf with these flags allows the access; A and D apart. */
export function leafAllows(flags: number, request: WalkRequest): boolean {
  const { access, user, sum, mxr } = request;
  if (flags & Pte.U) {
    if (!user && (access === Access.execute || !sum)) return false;
  } else if (user) {
    return false;
  }
  if (access === Access.execute) return (flags & Pte.X) !== 0;
  if (access === Access.write) return (flags & Pte.W) !== 0;
  return (flags & Pte.R) !== 0 || (mxr && (flags & Pte.X) !== 0);
}

/**
 * Translates the virtual address (two words).
 * @param steps collects every entry read
 */
export function walk(
  tables: PageTables,
  request: WalkRequest,
  low: number,
  high: number,
  result: WalkResult,
  steps?: WalkStep[],
): WalkOutcome {
  const { levels, access } = request;
  if (!isCanonical(high, levels)) return WalkOutcome.pageFault;
  let table = request.root * 4096;
  for (let level = levels - 1; level >= 0; level--) {
    const address = table + tableIndex(low, high, level) * 8;
    if (!tables.readPte(address)) return WalkOutcome.accessFault;
    const { pteLow, pteHigh } = tables;
    steps?.push({ level, address, low: pteLow, high: pteHigh });
    const isInvalid = !(pteLow & Pte.V) || (pteLow & (Pte.R | Pte.W)) === Pte.W || (pteHigh & RESERVED_HIGH) !== 0;
    if (isInvalid) return WalkOutcome.pageFault;
    const page = (pteHigh & 0x3fffff) * 2 ** 22 + (pteLow >>> 10);
    if (!(pteLow & (Pte.R | Pte.X))) {
      // D, A and U are reserved in entries that point to tables.
      if (pteLow & (Pte.D | Pte.A | Pte.U)) return WalkOutcome.pageFault;
      table = page * 4096;
      continue;
    }
    if (!leafAllows(pteLow, request) || page % 512 ** level !== 0) return WalkOutcome.pageFault;
    const wanted = Pte.A | (access === Access.write ? Pte.D : 0);
    if (wanted & ~pteLow && tables.setPteBits && !tables.setPteBits(address, wanted)) return WalkOutcome.accessFault;
    result.level = level;
    result.physical = page * 4096;
    result.flags = (pteLow | wanted) & 0xff;
    return WalkOutcome.page;
  }
  return WalkOutcome.pageFault;
}

/** The nine bits of a virtual address that index the table of a level. */
export function tableIndex(low: number, high: number, level: number): number {
  switch (level) {
    case 0:
      return (low >>> 12) & 0x1ff;
    case 1:
      return (low >>> 21) & 0x1ff;
    case 2:
      return ((low >>> 30) | (high << 2)) & 0x1ff;
    default:
      return (high >>> 7) & 0x1ff;
  }
}
