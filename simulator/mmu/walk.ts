/**
 * The page-table walk (manual, volume II, "Virtual Address Translation Process"), for Sv39, Sv48, and the second stage's Sv39x4 and
 * Sv48x4. There is only this one: the hart's hardware walker, the debugger's peek, a VMM's walk of its guest's tables and walks shown
 * as data differ in the `PageTables` they read and in whether A and D are written.
 */

import { Access } from './access';
import { FRAME } from './address';

/** Bits of a page-table entry, all in its low word. */
export const Pte = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;

/** In the high word: N (Svnapot), PBMT (Svpbmt), and what is reserved. */
const N = 1 << 31;
const PBMT = 3 << 29;
const PBMT_RESERVED = PBMT;
const RESERVED_HIGH = 0x1fc00000;
/** The one size that N stands for: 16 pages, said by the low bits of the page number. */
const NAPOT_PAGES = 16;
const NAPOT_ENCODING = 8;

/** Where tables are read, in physical addresses of the walk's own kind (machine, or guest). */
export interface PageTables {
  /** Puts the entry at a physical address into `pteLow` and `pteHigh`. @returns false for `failure` */
  readPte(address: number): boolean;
  pteLow: number;
  pteHigh: number;
  /**
   * Sets bits in the low word of an entry that still is what was read. @returns false for `failure`. Absent: A and D stay as
   * they are, and the walk goes on as if they had been set.
   */
  setPteBits?(address: number, bits: number): boolean;
  /** What the last access that failed met; an access fault where absent. */
  readonly failure?: WalkOutcome;
}

/** Which walk a step is of: the only stage, the first (VS) or the second (G) of two. */
export type Stage = 's' | 'vs' | 'g';

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
  /** Loads need X in place of R (hlvx). */
  readonly executable?: boolean;
  /** 'g': addresses have two more bits, which widen the root to 16 KiB, and all accesses are U-mode's. 's' when absent. */
  readonly stage?: Stage;
  /** An entry whose A or D would have to be set is a page fault (Svade). */
  readonly accessedDirtyFaults?: boolean;
  /** PBMT has a meaning (Svpbmt). */
  readonly memoryTypes?: boolean;
}

/** `guestPageFault` comes of the second stage; see `PageTables.failure`. */
export const WalkOutcome = { page: 0, pageFault: 1, accessFault: 2, guestPageFault: 3 } as const;
export type WalkOutcome = (typeof WalkOutcome)[keyof typeof WalkOutcome];

/** What a walk made of an entry. */
export type StepOutcome =
  | 'table'
  | 'page'
  /** Access fault: nothing is at the address, or PMP forbids it; the entry's words are 0. */
  | 'unreachable'
  /** The second stage does not map the address; the entry's words are 0. */
  | 'unmapped'
  | 'not-valid'
  | 'reserved-bits'
  /** The leaf of a large page whose physical address is not a multiple of its size. */
  | 'misaligned'
  /** The leaf does not allow the access. */
  | 'not-allowed'
  /** A or D would have to be set, and the machine leaves that to software. */
  | 'not-accessed'
  /** A pointer where the last level is. */
  | 'too-deep'
  /** A or D could not be written. */
  | 'not-writable';

/** An entry that a walk read. */
export interface WalkStep {
  readonly stage: Stage;
  /** 2 is Sv39's root, 0 the last table. */
  readonly level: number;
  /** Physical address of the entry; of stage 'vs' guest physical. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
  readonly outcome: StepOutcome;
}

/** What the last walk found; reused by every walk. */
export interface WalkResult {
  /** Level of the leaf: 0 a page of 4 KiB, 1 of 2 MiB, 2 of 1 GiB, 3 of 512 GiB. */
  level: number;
  /** Physical address of the start of the leaf's page (of its whole size). */
  physical: number;
  /** Low byte of the leaf as it now is: V R W X U G A D. After a page fault: 0 where an entry was not valid. */
  flags: number;
}

/** Whether the unused upper bits of a virtual address equal its highest used bit. */
export function isCanonical(high: number, levels: 3 | 4): boolean {
  const upper = high >> (levels === 3 ? 38 - 32 : 47 - 32);
  return upper === 0 || upper === -1;
}

/** Whether a guest physical address has no more bits than the second stage translates: 41, or 50. */
export function isGuestPhysical(high: number, levels: 3 | 4): boolean {
  return high >>> (levels === 3 ? 41 - 32 : 50 - 32) === 0;
}

/** Whether a leaf with these flags allows the access; A and D apart. */
export function leafAllows(flags: number, request: WalkRequest): boolean {
  const { access, sum, mxr } = request;
  const user = request.user || request.stage === 'g';
  if (flags & Pte.U) {
    if (!user && (access === Access.execute || !sum)) return false;
  } else if (user) {
    return false;
  }
  if (access === Access.execute || request.executable) return (flags & Pte.X) !== 0;
  if (access === Access.write) return (flags & Pte.W) !== 0;
  return (flags & Pte.R) !== 0 || (mxr && (flags & Pte.X) !== 0);
}

/** What is wrong with an entry of any kind, if anything. */
function flawOf(low: number, high: number, memoryTypes: boolean): StepOutcome | undefined {
  if (!(low & Pte.V)) return 'not-valid';
  if ((low & (Pte.R | Pte.W)) === Pte.W || high & RESERVED_HIGH) return 'reserved-bits';
  if (high & PBMT && (!memoryTypes || (high & PBMT) === PBMT_RESERVED)) return 'reserved-bits';
  return undefined;
}

/** What is wrong with a leaf, if anything. */
function leafFlawOf(low: number, high: number, level: number, page: number, request: WalkRequest) {
  if (high & N && (level !== 0 || page % NAPOT_PAGES !== NAPOT_ENCODING)) return 'reserved-bits';
  if (!leafAllows(low, request)) return 'not-allowed';
  return page % 512 ** level === 0 || high & N ? undefined : 'misaligned';
}

/**
 * Translates the virtual (stage 'g': guest physical) address (two words).
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
  const isSecond = request.stage === 'g';
  result.flags = Pte.V;
  if (!(isSecond ? isGuestPhysical(high, levels) : isCanonical(high, levels))) return WalkOutcome.pageFault;
  let table = request.root * FRAME;
  for (let level = levels - 1; level >= 0; level--) {
    const isWide = isSecond && level === levels - 1;
    const address = table + (isWide ? wideIndex(low, high, level) : tableIndex(low, high, level)) * 8;
    if (!tables.readPte(address)) {
      const failure = tables.failure ?? WalkOutcome.accessFault;
      if (steps) note(steps, request, level, address, 0, 0, failureOf(failure));
      return failure;
    }
    const { pteLow, pteHigh } = tables;
    const page = (pteHigh & 0x3fffff) * 2 ** 22 + (pteLow >>> 10);
    const isLeaf = (pteLow & (Pte.R | Pte.X)) !== 0;
    let flaw = flawOf(pteLow, pteHigh, request.memoryTypes ?? false);
    if (!flaw && !isLeaf) {
      // D, A, U, N and PBMT are reserved in entries that point to tables.
      if (pteLow & (Pte.D | Pte.A | Pte.U) || pteHigh & (N | PBMT)) flaw = 'reserved-bits';
      else if (level === 0) flaw = 'too-deep';
      else {
        if (steps) note(steps, request, level, address, pteLow, pteHigh, 'table');
        table = page * FRAME;
        continue;
      }
    }
    flaw ??= leafFlawOf(pteLow, pteHigh, level, page, request);
    const wanted = Pte.A | (access === Access.write ? Pte.D : 0);
    if (!flaw && wanted & ~pteLow) {
      if (request.accessedDirtyFaults) {
        flaw = 'not-accessed';
      } else if (tables.setPteBits && !tables.setPteBits(address, wanted)) {
        if (steps) note(steps, request, level, address, pteLow, pteHigh, 'not-writable');
        return tables.failure ?? WalkOutcome.accessFault;
      }
    }
    if (steps) note(steps, request, level, address, pteLow, pteHigh, flaw ?? 'page');
    if (flaw) {
      result.flags = flaw === 'not-valid' ? 0 : Pte.V;
      return WalkOutcome.pageFault;
    }
    result.level = level;
    const inside = pteHigh & N ? tableIndex(low, high, 0) % NAPOT_PAGES : 0;
    result.physical = (pteHigh & N ? page - NAPOT_ENCODING + inside : page) * FRAME;
    result.flags = (pteLow | wanted) & 0xff;
    return WalkOutcome.page;
  }
  return WalkOutcome.pageFault;
}

function note(
  steps: WalkStep[],
  request: WalkRequest,
  level: number,
  address: number,
  low: number,
  high: number,
  outcome: StepOutcome,
): void {
  steps.push({ stage: request.stage ?? 's', level, address, low, high, outcome });
}

const failureOf = (failure: WalkOutcome): StepOutcome =>
  failure === WalkOutcome.guestPageFault ? 'unmapped' : 'unreachable';

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

/** The eleven bits of a guest physical address that index the root of the second stage. */
function wideIndex(low: number, high: number, level: number): number {
  return level === 2 ? ((low >>> 30) | (high << 2)) & 0x7ff : (high >>> 7) & 0x7ff;
}
