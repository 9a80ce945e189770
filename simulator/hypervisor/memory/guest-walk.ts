import { ExceptionCode } from '../../isa/index';
import {
  Access,
  type PageTables,
  Pte,
  WalkOutcome,
  type WalkRequest,
  type WalkResult,
  type WalkStep,
  walk,
} from '../../mmu/index';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';

/** Where a guest-virtual address leads by the guest's own tables, or the exception that hardware would raise. */
export type GuestTranslation =
  | { readonly gpa: number; readonly flags: number; readonly level: number }
  | { readonly fault: number };

const PAGE_FAULTS = [
  ExceptionCode.loadPageFault,
  ExceptionCode.storePageFault,
  ExceptionCode.instructionPageFault,
] as const;
const ACCESS_FAULTS = [
  ExceptionCode.loadAccessFault,
  ExceptionCode.storeAccessFault,
  ExceptionCode.instructionAccessFault,
] as const;
/** Permissions of everything while the guest's paging is off. */
const BARE_FLAGS = Pte.V | Pte.R | Pte.W | Pte.X | Pte.U | Pte.A | Pte.D;
const BARE_LEVEL = 2;

/** The exception for an access that reaches no memory or device. */
export const accessFault = (access: Access): number => ACCESS_FAULTS[access];

/** The guest's page tables in its own memory: entries are at guest-physical addresses. */
export class GuestTables implements PageTables {
  pteLow = 0;
  pteHigh = 0;

  constructor(protected readonly vm: VirtualMachine) {}

  readPte(gpa: number): boolean {
    const hpa = this.vm.guestRam(gpa);
    if (hpa === undefined) return false;
    const { ram } = this.vm.machine.core;
    this.pteLow = ram.read32(hpa);
    this.pteHigh = ram.read32(hpa + 4);
    return true;
  }
}

/** The same, for walks on the guest's behalf: A and D are set as the guest's hardware would set them. */
export class GuestTablesAsHardware extends GuestTables {
  setPteBits(gpa: number, bits: number): boolean {
    const hpa = this.vm.guestRam(gpa);
    if (hpa === undefined) return false;
    const { ram } = this.vm.machine.core;
    const before = ram.read32(hpa);
    ram.write32(hpa, before | bits);
    this.vm.ledger.changed({ kind: 'guest entry', address: gpa, before, after: before | bits });
    return true;
  }
}

/**
 * Walks the guest's page tables as its hardware would, in the guest's current address space.
 * @param tables decides whether A and D are set
 */
export function translateGuest(
  vcpu: Vcpu,
  tables: GuestTables,
  low: number,
  high: number,
  access: Access,
  user = vcpu.user,
  steps?: WalkStep[],
): GuestTranslation {
  const { paging } = vcpu;
  if (!paging) {
    if (high >>> 24 !== 0) return { fault: accessFault(access) }; // beyond 56 bits
    return { gpa: (high >>> 0) * 2 ** 32 + (low >>> 0), flags: BARE_FLAGS, level: BARE_LEVEL };
  }
  const request: WalkRequest = {
    root: paging.root,
    levels: paging.levels,
    access,
    user,
    sum: vcpu.sum,
    mxr: vcpu.mxr,
    memoryTypes: vcpu.memoryTypes,
  };
  const result: WalkResult = { level: 0, physical: 0, flags: 0 };
  const outcome = walk(tables, request, low, high, result, steps);
  if (outcome === WalkOutcome.pageFault) return { fault: PAGE_FAULTS[access] };
  if (outcome === WalkOutcome.accessFault) return { fault: accessFault(access) };
  return { gpa: result.physical + offsetInPage(result.level, low), flags: result.flags, level: result.level };
}

/** Bytes from the start of a page of a level (at most 1 GiB) to an address. */
export function offsetInPage(level: number, low: number): number {
  return level === 0 ? low & 0xfff : level === 1 ? low & 0x1fffff : low & 0x3fffffff;
}

export { Access };
