import { numberOf } from '../../core/index';
import { accessFaultOf, pageFaultOf } from '../../isa/index';
import type { Gva } from '../../mmu/address';
import {
  type Access,
  accessNames,
  type PageTables,
  Pte,
  WalkOutcome,
  type WalkRequest,
  type WalkResult,
  type WalkStep,
  walk,
} from '../../mmu/index';
import type { ExitLedger } from '../ledger/ledger';
import type { GuestMemory } from './guest-memory';

/** Where a guest-virtual address leads by the guest's own tables, or the exception that hardware would raise. */
export type GuestTranslation =
  | { readonly gpa: number; readonly flags: number; readonly level: number }
  | { readonly fault: number };

/** Where a guest's page tables begin; undefined while its satp is Bare. */
export type GuestPaging = { readonly root: number; readonly asid: number; readonly levels: 3 | 4 } | undefined;

/** What of a guest's CPU decides where its addresses lead. */
export interface GuestAddressing {
  /** Whether the guest is in its U-mode. */
  readonly user: boolean;
  readonly sum: boolean;
  readonly mxr: boolean;
  readonly paging: GuestPaging;
  /** Whether PBMT has a meaning in its page tables (Svpbmt). */
  readonly memoryTypes: boolean;
}

/** Permissions of everything while the guest's paging is off. */
const BARE_FLAGS = Pte.V | Pte.R | Pte.W | Pte.X | Pte.U | Pte.A | Pte.D;
const BARE_LEVEL = 2;
/** Physical addresses have 56 bits. */
const BEYOND_PHYSICAL = 24;

/** The exception for an access that reaches no memory or device. */
export const accessFault = (access: Access): number => accessFaultOf(accessNames[access]);

/** The guest's page tables in its own memory: entries are at guest-physical addresses. */
export class GuestTables implements PageTables {
  pteLow = 0;
  pteHigh = 0;

  constructor(protected readonly memory: GuestMemory) {}

  readPte(gpa: number): boolean {
    const low = this.memory.read32(gpa);
    if (low === undefined) return false;
    this.pteLow = low;
    this.pteHigh = this.memory.read32(gpa + 4) ?? 0;
    return true;
  }
}

/** The same, for walks on the guest's behalf: A and D are set as the guest's hardware would set them. */
export class GuestTablesAsHardware extends GuestTables {
  constructor(
    memory: GuestMemory,
    private readonly ledger: ExitLedger,
  ) {
    super(memory);
  }

  setPteBits(gpa: number, bits: number): boolean {
    const before = this.memory.read32(gpa);
    if (before === undefined) return false;
    this.memory.setBits32(gpa, bits);
    this.ledger.changed({ kind: 'guest entry', address: gpa, before, after: before | bits });
    return true;
  }
}

/**
 * Walks a guest's page tables as its hardware would, in the guest's current address space.
 * @param tables decides whether A and D are set
 */
export function walkGuest(
  { paging, sum, mxr, memoryTypes }: GuestAddressing,
  tables: PageTables,
  { low, high }: Gva,
  access: Access,
  user: boolean,
  steps?: WalkStep[],
): GuestTranslation {
  if (!paging) {
    if (high >>> BEYOND_PHYSICAL !== 0) return { fault: accessFault(access) };
    return { gpa: numberOf(low, high), flags: BARE_FLAGS, level: BARE_LEVEL };
  }
  const { root, levels } = paging;
  const request: WalkRequest = { root, levels, access, user, sum, mxr, memoryTypes };
  const result: WalkResult = { level: 0, physical: 0, flags: 0 };
  const outcome = walk(tables, request, low, high, result, steps);
  if (outcome === WalkOutcome.pageFault) return { fault: pageFaultOf(accessNames[access]) };
  if (outcome === WalkOutcome.accessFault) return { fault: accessFault(access) };
  return { gpa: result.physical + offsetInPage(result.level, low), flags: result.flags, level: result.level };
}

/** Bytes from the start of a page of a level (at most 1 GiB) to an address. */
export function offsetInPage(level: number, low: number): number {
  return level === 0 ? low & 0xfff : level === 1 ? low & 0x1fffff : low & 0x3fffffff;
}
