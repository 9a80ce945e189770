import { ExceptionCode } from '../isa';
import {
  Access,
  isCanonical,
  leafAllows,
  type PageTables,
  type Pmp,
  Privilege,
  Pte,
  pagesOf,
  type Tlb,
  type TlbEntry,
  virtualPage,
  WalkOutcome,
  type WalkRequest,
  type WalkResult,
  type WalkStep,
  walk,
} from '../mmu';
import type { FastPath } from './fast-path';
import { CsrSlot, type HartState, Status } from './hart-state';
import { HartLayout } from './layout';
import type { PhysicalMemory } from './ram';

const pageFaults = [
  ExceptionCode.loadPageFault,
  ExceptionCode.storePageFault,
  ExceptionCode.instructionPageFault,
] as const;
const accessFaults = [
  ExceptionCode.loadAccessFault,
  ExceptionCode.storeAccessFault,
  ExceptionCode.instructionAccessFault,
] as const;

/** Contexts of untranslated accesses; those of translated ones follow. */
const BARE_MACHINE = 0;
const BARE_LOWER = 1;
const FIRST_TRANSLATED = 2;

/** How a translation came about, for views. */
export interface Translation {
  readonly physical: number;
  readonly source: 'bare' | 'tlb' | 'walk';
  /** The entries read, when tables were walked. */
  readonly steps: readonly WalkStep[];
}

/** From virtual addresses to machine addresses, for one hart: TLB, hardware walk, PMP. */
export class AddressTranslation {
  /** Where the last successful `translate` led. */
  physical = 0;
  private readonly result: WalkResult = { level: 0, physical: 0, flags: 0 };
  private readonly hardwareTables: PageTables;
  private readonly peekTables: PageTables;

  constructor(
    private readonly state: HartState,
    private readonly tlb: Tlb,
    private readonly pmp: Pmp,
    private readonly fastPath: FastPath,
    ram: PhysicalMemory,
  ) {
    this.hardwareTables = new TablesInRam(ram, pmp);
    this.peekTables = readOnly(new TablesInRam(ram, pmp));
  }

  /** The privilege with which loads and stores act. */
  get dataPrivilege(): Privilege {
    const { status, privilege } = this.state;
    return status & Status.MPRV ? (((status & Status.MPP) >> Status.MPP_SHIFT) as Privilege) : privilege;
  }

  /** Tells the fast path which modes hold now. */
  updateContexts(): void {
    this.fastPath.reserveContexts(2);
    const data = this.fastPath.contextOf(this.contextKey(this.dataPrivilege, true));
    const fetch = this.fastPath.contextOf(this.contextKey(this.state.privilege, false));
    this.state.setPair(HartLayout.dataContext, data, 0);
    this.state.setPair(HartLayout.fetchContext, fetch, 0);
  }

  /**
   * Translates an access of the current modes, which is in one page, into `physical`: fills the TLB, sets A and D, asks PMP.
   * @returns the code of the exception, or -1
   */
  translate(low: number, high: number, size: number, access: Access): number {
    const privilege = access === Access.execute ? this.state.privilege : this.dataPrivilege;
    const fault = this.isBare(privilege)
      ? this.translateBare(low, high, access)
      : this.translatePaged(low, high, access, privilege);
    if (fault >= 0) return fault;
    return this.pmp.allows(this.physical, size, access, privilege) ? -1 : accessFaults[access];
  }

  /** Whether all of the page of `physical` may be accessed so, with the privilege that such accesses have now. */
  isPageAllowed(access: Access): boolean {
    const privilege = access === Access.execute ? this.state.privilege : this.dataPrivilege;
    return this.pmp.allowsPage(this.physical - (this.physical % 4096), access, privilege);
  }

  /** What `translate` would do but for PMP, without any effect. @returns the code of the exception when it would fault */
  peek(low: number, high: number, access: Access, privilege: Privilege): Translation | number {
    if (this.isBare(privilege)) {
      const physical = (high >>> 0) * 2 ** 32 + (low >>> 0);
      return { physical, source: 'bare', steps: [] };
    }
    const request = this.request(access, privilege);
    const page = virtualPage(low, high);
    if (isCanonical(high, request.levels)) {
      const entry = this.tlb.lookup(this.asid, page);
      if (entry && this.serves(entry, request)) {
        return { physical: physicalOf(entry, page, low), source: 'tlb', steps: [] };
      }
    }
    const steps: WalkStep[] = [];
    const result: WalkResult = { level: 0, physical: 0, flags: 0 };
    const outcome = walk(this.peekTables, request, low, high, result, steps);
    if (outcome !== WalkOutcome.page) return faultOf(outcome, access);
    return { physical: result.physical + offsetIn(result.level, page, low), source: 'walk', steps };
  }

  private get asid(): number {
    return (this.state.csrHigh(CsrSlot.satp) >>> 12) & 0xffff;
  }

  private isBare(privilege: Privilege): boolean {
    return privilege === Privilege.machine || this.state.csrHigh(CsrSlot.satp) >>> 28 === 0;
  }

  private translateBare(low: number, high: number, access: Access): number {
    // Physical addresses have 56 bits.
    if (high >>> 24 !== 0) return accessFaults[access];
    this.physical = (high >>> 0) * 2 ** 32 + (low >>> 0);
    return -1;
  }

  private translatePaged(low: number, high: number, access: Access, privilege: Privilege): number {
    const request = this.request(access, privilege);
    if (!isCanonical(high, request.levels)) return pageFaults[access];
    const { asid } = this;
    const page = virtualPage(low, high);
    const known = this.tlb.lookup(asid, page);
    if (known && this.serves(known, request)) {
      this.physical = physicalOf(known, page, low);
      return -1;
    }
    const outcome = walk(this.hardwareTables, request, low, high, this.result);
    if (outcome !== WalkOutcome.page) return faultOf(outcome, access);
    const { level, physical, flags } = this.result;
    const entry: TlbEntry = {
      virtual: false,
      vmid: 0,
      asid,
      global: (flags & Pte.G) !== 0,
      page: page - (page % pagesOf(level)),
      level,
      flags,
      secondStage: Pte.R | Pte.W | Pte.X,
      physical,
    };
    this.tlb.fill(entry);
    this.physical = physicalOf(entry, page, low);
    return -1;
  }

  /** An entry that does not allow the access is no answer: the tables may allow it by now. */
  private serves(entry: TlbEntry, request: WalkRequest): boolean {
    if (request.access === Access.write && !(entry.flags & Pte.D)) return false;
    return leafAllows(entry.flags, request);
  }

  private request(access: Access, privilege: Privilege): WalkRequest {
    const { status } = this.state;
    const satpHigh = this.state.csrHigh(CsrSlot.satp);
    return {
      root: (satpHigh & 0xfff) * 2 ** 32 + (this.state.csrLow(CsrSlot.satp) >>> 0),
      levels: satpHigh >>> 28 === 8 ? 3 : 4,
      access,
      user: privilege === Privilege.user,
      sum: (status & Status.SUM) !== 0,
      mxr: (status & Status.MXR) !== 0,
    };
  }

  /** A number for everything that decides whether a fast-path entry may answer. */
  private contextKey(privilege: Privilege, isData: boolean): number {
    if (this.isBare(privilege)) return privilege === Privilege.machine ? BARE_MACHINE : BARE_LOWER;
    const { status } = this.state;
    const sum = isData && status & Status.SUM ? 2 : 0;
    const mxr = isData && status & Status.MXR ? 4 : 0;
    const mode = this.state.csrHigh(CsrSlot.satp) >>> 28;
    return FIRST_TRANSLATED + ((this.asid * 16 + mode) * 8 + mxr + sum + (privilege === Privilege.user ? 1 : 0));
  }
}

function faultOf(outcome: WalkOutcome, access: Access): number {
  return (outcome === WalkOutcome.pageFault ? pageFaults : accessFaults)[access];
}

/** Bytes from the start of the leaf's page. */
function offsetIn(level: number, page: number, low: number): number {
  return level === 0 ? low & 0xfff : (page % pagesOf(level)) * 4096 + (low & 0xfff);
}

function physicalOf(entry: TlbEntry, page: number, low: number): number {
  return entry.physical + offsetIn(entry.level, page, low);
}

/** Page tables in the machine's RAM, read and written with the permissions of S-mode as the hardware walker does. */
class TablesInRam implements PageTables {
  pteLow = 0;
  pteHigh = 0;

  constructor(
    private readonly ram: PhysicalMemory,
    private readonly pmp: Pmp,
  ) {}

  readPte(address: number): boolean {
    if (!this.ram.contains(address, 8)) return false;
    if (!this.pmp.allows(address, 8, Access.read, Privilege.supervisor)) return false;
    this.pteLow = this.ram.read32(address);
    this.pteHigh = this.ram.read32(address + 4);
    return true;
  }

  setPteBits(address: number, bits: number): boolean {
    if (!this.pmp.allows(address, 8, Access.write, Privilege.supervisor)) return false;
    this.ram.write32(address, this.ram.read32(address) | bits);
    return true;
  }
}

/** The same tables for a walk that leaves A and D alone. */
function readOnly(tables: TablesInRam): PageTables {
  return {
    readPte: (address) => tables.readPte(address),
    get pteLow() {
      return tables.pteLow;
    },
    get pteHigh() {
      return tables.pteHigh;
    },
  };
}
