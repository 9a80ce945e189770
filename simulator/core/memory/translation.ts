import { type AccessName, accessFaultOf, guestPageFaultOf, PagingMode, pageFaultOf } from '../../isa';
import {
  Access,
  accessNames,
  isCanonical,
  leafAllows,
  type Pmp,
  Privilege,
  Pte,
  pagesOf,
  type Tlb,
  type TlbEntry,
  virtualPage,
  WalkOutcome,
  type WalkRequest,
  type WalkStep,
} from '../../mmu';
import { FRAME } from '../../mmu/address';
import { CsrSlot, type HartState, HypervisorStatus, numberOf, Status } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import { AccessContexts } from './access-contexts';
import { dataPrivilegeOf, dataVirtualOf, isBare } from './access-mode';
import type { FastPath } from './fast-path';
import type { PhysicalMemory } from './ram';
import { type AccessMode, Implicit, modeOf, spaceOf, TableWalk } from './table-walk';
import { readOnly, TablesInRam } from './tables-in-ram';

const byAccess = (faultOf: (access: AccessName) => number): Readonly<Record<Access, number>> => ({
  [Access.read]: faultOf(accessNames[Access.read]),
  [Access.write]: faultOf(accessNames[Access.write]),
  [Access.execute]: faultOf(accessNames[Access.execute]),
});
const pageFaults = byAccess(pageFaultOf);
const accessFaults = byAccess(accessFaultOf);
const guestPageFaults = byAccess(guestPageFaultOf);

/** How a translation came about, for views. */
export interface FoundTranslation {
  readonly physical: number;
  readonly source: 'bare' | 'tlb' | 'walk';
  /** With V = 1: the guest physical address. */
  readonly guestPhysical?: number;
  /** The entries read, when tables were walked; the second stage's for a table come before the entry in it. */
  readonly steps: readonly WalkStep[];
}

export interface FailedTranslation {
  /** The code of the exception. */
  readonly fault: number;
  /** Of a guest-page fault: the guest physical address that faulted. */
  readonly guestPhysical?: number;
  readonly steps: readonly WalkStep[];
}

/** As which mode an access is to be looked at. */
export interface PeekMode {
  readonly privilege: Privilege;
  readonly virtual: boolean;
  /** Walk the tables even where the TLB has an answer: to see the walk. */
  readonly pastTlb?: boolean;
}

interface MutableMode extends AccessMode {
  privilege: Privilege;
  virtual: boolean;
  sum: boolean;
  mxr: boolean;
  guestMxr: boolean;
  executable: boolean;
}

const emptyMode = (): MutableMode => ({
  privilege: Privilege.machine,
  virtual: false,
  sum: false,
  mxr: false,
  guestMxr: false,
  executable: false,
});

/** From virtual addresses to machine addresses, for one hart: TLB, hardware walk, PMP. */
export class AddressTranslation {
  /** Where the last successful `translate` led. */
  physical = 0;
  /** The mode of the last translation, whether it succeeded or not. */
  readonly mode: AccessMode;
  /** Of the last guest-page fault: the page and offset of the guest physical address, and whether it was met on the way. */
  faultPage = 0;
  faultOffset = 0;
  faultImplicit: Implicit = Implicit.none;
  private readonly current = emptyMode();
  private readonly contexts: AccessContexts;
  private readonly hardware: TableWalk;
  private readonly viewer: TableWalk;

  constructor(
    private readonly state: HartState,
    private readonly tlb: Tlb,
    private readonly pmp: Pmp,
    fastPath: FastPath,
    ram: PhysicalMemory,
    private readonly options: HartOptions,
  ) {
    this.mode = this.current;
    this.contexts = new AccessContexts(state, fastPath);
    const tables = new TablesInRam(ram, pmp);
    this.hardware = new TableWalk(state, options, tables);
    this.viewer = new TableWalk(state, options, readOnly(new TablesInRam(ram, pmp)));
  }

  /** The privilege with which loads and stores act. */
  get dataPrivilege(): Privilege {
    return dataPrivilegeOf(this.state);
  }

  /** The V with which loads and stores act. */
  get dataVirtual(): boolean {
    return dataVirtualOf(this.state);
  }

  /** Tells the fast path which modes hold now. */
  updateContexts(): void {
    this.contexts.update();
  }

  /**
   * Translates an access of the current modes, which is in one page, into `physical`: fills the TLB, sets A and D, asks PMP.
   * @returns the code of the exception, or -1
   */
  translate(low: number, high: number, size: number, access: Access): number {
    if (access === Access.execute) this.setMode(this.state.privilege, this.state.virtual, false);
    else this.useDataMode();
    return this.translateInMode(low, high, size, access);
  }

  /** The same for an access of hlv, hlvx (`executable`) and hsv: as though in VS- or VU-mode. */
  translateAsGuest(low: number, high: number, size: number, access: Access, executable: boolean): number {
    this.useDataMode({ executable });
    return this.translateInMode(low, high, size, access);
  }

  /** Sets `mode` to that of loads and stores, or of hlv (hlvx: `executable`) and hsv. */
  useDataMode(asGuest?: { readonly executable: boolean }): void {
    if (!asGuest) {
      this.setMode(this.dataPrivilege, this.dataVirtual, false);
      return;
    }
    const isSupervisor = (this.state.hypervisorStatus & HypervisorStatus.SPVP) !== 0;
    this.setMode(isSupervisor ? Privilege.supervisor : Privilege.user, true, asGuest.executable);
  }

  private translateInMode(low: number, high: number, size: number, access: Access): number {
    const { current, pmp } = this;
    const fault = isBare(this.state, current.privilege, current.virtual)
      ? this.translateBare(low, high, access)
      : this.translatePaged(low, high, access);
    if (fault >= 0) return fault;
    const { privilege } = current;
    const isAllowed =
      pmp.allows(this.physical, size, access, privilege) &&
      (!current.executable || pmp.allows(this.physical, size, Access.execute, privilege));
    return isAllowed ? -1 : accessFaults[access];
  }

  /** Whether all of the page of `physical` may be accessed so, with the privilege that such accesses have now. */
  isPageAllowed(access: Access): boolean {
    const privilege = access === Access.execute ? this.state.privilege : this.dataPrivilege;
    return this.pmp.allowsPage(this.physical - (this.physical % FRAME), access, privilege);
  }

  /** What `translate` would do but for PMP, without any effect. */
  peek(
    low: number,
    high: number,
    access: Access,
    { privilege, virtual, pastTlb = false }: PeekMode,
  ): FoundTranslation | FailedTranslation {
    if (isBare(this.state, privilege, virtual)) {
      const physical = numberOf(low, high);
      return { physical, source: 'bare', ...(virtual ? { guestPhysical: physical } : {}), steps: [] };
    }
    const mode = this.fillMode(emptyMode(), privilege, virtual, false);
    const offset = low & 0xfff;
    const page = this.pageOf(low, high, virtual);
    const entry = pastTlb ? undefined : this.lookup(high, page, virtual);
    if (entry && this.serves(entry, access, mode)) {
      const guest = virtual ? { guestPhysical: (entry.guestPage + page - entry.page) * FRAME + offset } : {};
      return { physical: physicalOf(entry, page, low), source: 'tlb', ...guest, steps: [] };
    }
    const { viewer } = this;
    const steps: WalkStep[] = [];
    const outcome = viewer.run(low, high, access, mode, steps);
    const guestPhysical = viewer.guestPage * FRAME + viewer.guestOffset;
    if (outcome !== WalkOutcome.page) {
      const isGuests = outcome === WalkOutcome.guestPageFault;
      return { fault: faultOf(outcome, access), ...(isGuests ? { guestPhysical } : {}), steps };
    }
    const physical = viewer.physical + (page % pagesOf(viewer.level)) * FRAME + offset;
    return { physical, source: 'walk', ...(virtual ? { guestPhysical } : {}), steps };
  }

  /** Where the second stage that hgatp names leads a guest physical address, without any effect. */
  peekSecondStage(address: number, access: Access): FoundTranslation | FailedTranslation {
    const { viewer } = this;
    const steps: WalkStep[] = [];
    const outcome = viewer.runSecond(address, access, steps);
    if (outcome === WalkOutcome.page)
      return { physical: viewer.secondPhysical, source: 'walk', guestPhysical: address, steps };
    return { fault: faultOf(outcome, access), guestPhysical: address, steps };
  }

  private setMode(privilege: Privilege, virtual: boolean, executable: boolean): void {
    this.fillMode(this.current, privilege, virtual, executable);
  }

  private fillMode(mode: MutableMode, privilege: Privilege, virtual: boolean, executable: boolean): MutableMode {
    const { status } = this.state;
    const own = virtual ? this.state.virtualStatus : status;
    mode.privilege = privilege;
    mode.virtual = virtual;
    mode.sum = (own & Status.SUM) !== 0;
    mode.guestMxr = (status & Status.MXR) !== 0;
    mode.mxr = ((own | status) & Status.MXR) !== 0;
    mode.executable = executable;
    return mode;
  }

  private translateBare(low: number, high: number, access: Access): number {
    // Physical addresses have 56 bits.
    if (high >>> 24 !== 0) return accessFaults[access];
    this.physical = numberOf(low, high);
    return -1;
  }

  private translatePaged(low: number, high: number, access: Access): number {
    const { current } = this;
    const { virtual } = current;
    const page = this.pageOf(low, high, virtual);
    const known = this.lookup(high, page, virtual);
    if (known && this.serves(known, access, current)) {
      this.physical = physicalOf(known, page, low);
      return -1;
    }
    const { hardware } = this;
    if (known && this.options.cachesInvalid) {
      const fault = this.cachedFault(known, page, low, access);
      if (fault >= 0) return fault;
    }
    const outcome = hardware.run(low, high, access, current);
    if (outcome !== WalkOutcome.page) {
      this.faultPage = hardware.guestPage;
      this.faultOffset = hardware.guestOffset;
      this.faultImplicit = hardware.implicit;
      if (this.options.cachesInvalid) this.cacheFault(outcome, page);
      return faultOf(outcome, access);
    }
    const first = page - (page % pagesOf(hardware.level));
    const { state } = this;
    const satp = state.csrHigh(virtual ? CsrSlot.vsatp : CsrSlot.satp);
    const bare = modeOf(satp) === PagingMode.bare;
    // Written out, not put together from parts: misses are hot where more pages are in use than the TLB has entries.
    const entry: TlbEntry = {
      virtual,
      vmid: virtual ? spaceOf(state.csrHigh(CsrSlot.hgatp)) : 0,
      asid: bare ? 0 : spaceOf(satp),
      global: !bare && (hardware.flags & Pte.G) !== 0,
      bare,
      page: first,
      level: hardware.level,
      flags: hardware.flags,
      secondStage: hardware.secondStage,
      physical: hardware.physical,
      firstLevel: hardware.firstLevel,
      secondLevel: hardware.secondLevel,
      guestPage: virtual ? hardware.guestPage - (page - first) : 0,
    };
    this.tlb.fill(entry);
    this.physical = physicalOf(entry, page, low);
    return -1;
  }

  /** What the current access's address space is called in the TLB. */
  private tags(virtual: boolean, flags: number) {
    const { state } = this;
    const satp = state.csrHigh(virtual ? CsrSlot.vsatp : CsrSlot.satp);
    const bare = modeOf(satp) === PagingMode.bare;
    return {
      virtual,
      vmid: virtual ? spaceOf(state.csrHigh(CsrSlot.hgatp)) : 0,
      asid: bare ? 0 : spaceOf(satp),
      global: !bare && (flags & Pte.G) !== 0,
      bare,
    };
  }

  /** The number of an address's page in the TLB. */
  private pageOf(low: number, high: number, virtual: boolean): number {
    const isGuestPhysical = virtual && modeOf(this.state.csrHigh(CsrSlot.vsatp)) === PagingMode.bare;
    return isGuestPhysical ? (high >>> 0) * 2 ** 20 + (low >>> 12) : virtualPage(low, high);
  }

  private lookup(high: number, page: number, virtual: boolean): TlbEntry | undefined {
    const { state, tlb } = this;
    const satp = state.csrHigh(virtual ? CsrSlot.vsatp : CsrSlot.satp);
    const mode = modeOf(satp);
    // The TLB has no bits for addresses that are not canonical.
    if (mode !== PagingMode.bare && !isCanonical(high, mode === PagingMode.sv48 ? 4 : 3)) return undefined;
    if (!virtual) return tlb.lookup(spaceOf(satp), page);
    const vmid = spaceOf(state.csrHigh(CsrSlot.hgatp));
    return tlb.lookupVirtual(vmid, mode === PagingMode.bare ? undefined : spaceOf(satp), page);
  }

  /** An entry that does not allow the access is no answer: the tables may allow it by now. */
  private serves(entry: TlbEntry, access: Access, mode: AccessMode): boolean {
    if (access === Access.write && !(entry.flags & entry.secondStage & Pte.D)) return false;
    return this.allows(entry, access, mode);
  }

  private allows(entry: TlbEntry, access: Access, mode: AccessMode): boolean {
    return this.firstAllows(entry, access, mode) && this.secondAllows(entry, access, mode);
  }

  private firstAllows(entry: TlbEntry, access: Access, mode: AccessMode): boolean {
    return entry.bare || leafAllows(entry.flags, asRequest(access, mode));
  }

  private secondAllows({ virtual, secondStage }: TlbEntry, access: Access, mode: AccessMode): boolean {
    if (!virtual) return true;
    if (access === Access.execute || mode.executable) return (secondStage & Pte.X) !== 0;
    if (access === Access.write) return (secondStage & Pte.W) !== 0;
    return (secondStage & Pte.R) !== 0 || (mode.guestMxr && (secondStage & Pte.X) !== 0);
  }

  /** The fault that an entry means which does not allow the access; -1 when the tables have to be walked. */
  private cachedFault(entry: TlbEntry, page: number, low: number, access: Access): number {
    const { current } = this;
    if (!this.firstAllows(entry, access, current)) return pageFaults[access];
    // The first stage has to set D, or to fault for want of it, whatever the second will say.
    if (access === Access.write && !entry.bare && !(entry.flags & Pte.D)) return -1;
    if (this.secondAllows(entry, access, current)) {
      // Only D is missing, which the machine may set.
      return -1;
    }
    this.faultPage = entry.guestPage + (page - entry.page);
    this.faultOffset = low & 0xfff;
    this.faultImplicit = Implicit.none;
    return guestPageFaults[access];
  }

  /** Keeps that there is nothing at a page, so that only a fence lets the machine see what is put there. */
  private cacheFault(outcome: WalkOutcome, page: number): void {
    const { hardware, current } = this;
    const { virtual } = current;
    const isSecond = outcome === WalkOutcome.guestPageFault;
    if (outcome === WalkOutcome.accessFault || !hardware.notValid) return;
    if (isSecond && hardware.implicit !== Implicit.none) return;
    const levels = { level: 0, firstLevel: 0, secondLevel: 0, physical: 0, page };
    const tags = this.tags(virtual, 0);
    if (isSecond) {
      this.tlb.fill({ ...tags, ...levels, flags: hardware.flags, secondStage: 0, guestPage: hardware.guestPage });
    } else {
      this.tlb.fill({ ...tags, ...levels, flags: 0, secondStage: 0, guestPage: 0 });
    }
  }
}

const asRequest = (access: Access, mode: AccessMode): WalkRequest => ({
  root: 0,
  levels: 3,
  access,
  user: mode.privilege === Privilege.user,
  sum: mode.sum,
  mxr: mode.mxr,
  executable: mode.executable,
});

function faultOf(outcome: WalkOutcome, access: Access): number {
  if (outcome === WalkOutcome.guestPageFault) return guestPageFaults[access];
  return (outcome === WalkOutcome.pageFault ? pageFaults : accessFaults)[access];
}

/** Bytes from the start of the leaf's page. */
function offsetIn(level: number, page: number, low: number): number {
  return level === 0 ? low & 0xfff : (page % pagesOf(level)) * FRAME + (low & 0xfff);
}

function physicalOf(entry: TlbEntry, page: number, low: number): number {
  return entry.physical + offsetIn(entry.level, page, low);
}
