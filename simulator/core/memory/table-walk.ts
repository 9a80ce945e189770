import { PagingMode } from '../../isa';
import {
  Access,
  isGuestPhysical,
  type PageTables,
  Privilege,
  pagesOf,
  type Stage,
  WalkOutcome,
  type WalkRequest,
  type WalkResult,
  type WalkStep,
  walk,
} from '../../mmu';
import { FRAME } from '../../mmu/address';
import { MODE_SHIFT, PPN_HIGH, SPACE_SHIFT } from '../csr/translation';
import { CsrSlot, EnvironmentHigh, type HartState } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';

/** With which rights an access is made. */
export interface AccessMode {
  readonly privilege: Privilege;
  /** Two stages of translation. */
  readonly virtual: boolean;
  /** Of the only stage, or of the first. */
  readonly sum: boolean;
  readonly mxr: boolean;
  /** MXR of HS-mode, which is for both stages. */
  readonly guestMxr: boolean;
  /** hlvx: X in place of R. */
  readonly executable: boolean;
}

/** What an implicit access to a first-stage table wanted, when the second stage faulted. */
export const Implicit = { none: 0, read: 1, write: 2 } as const;
export type Implicit = (typeof Implicit)[keyof typeof Implicit];

const ALL_FLAGS = 0xff;
/** Level of a stage that maps everything. */
const WHOLE = 3;

/** An ASID; a VMID has two bits less, above which hgatp has none. */
const SPACE_MASK = 0xffff;

/** MODE, ASID or VMID, and root in a CSR of satp's form. */
export const modeOf = (high: number): number => high >>> MODE_SHIFT;
export const spaceOf = (high: number): number => (high >>> SPACE_SHIFT) & SPACE_MASK;
/** Number of the root table's page. */
export const rootOf = (low: number, high: number): number => (high & PPN_HIGH) * 2 ** 32 + (low >>> 0);

interface MutableRequest extends WalkRequest {
  root: number;
  levels: 3 | 4;
  access: Access;
  user: boolean;
  sum: boolean;
  mxr: boolean;
  executable: boolean;
  stage: Stage;
  accessedDirtyFaults: boolean;
  memoryTypes: boolean;
}

const emptyRequest = (stage: Stage): MutableRequest => ({
  root: 0,
  levels: 3,
  access: Access.read,
  user: false,
  sum: false,
  mxr: false,
  executable: false,
  stage,
  accessedDirtyFaults: false,
  memoryTypes: false,
});

/**
 * Walks the tables that satp, or vsatp and hgatp, say (manual, volume II, "Two-Stage Address Translation"). What it found is in its
 * fields; they are reused by every walk.
 */
export class TableWalk {
  /** The smaller page of both stages: level, machine address of its start. */
  level = 0;
  physical = 0;
  /** Flags of the leaves as they now are. */
  flags = 0;
  secondStage = 0;
  firstLevel = 0;
  secondLevel = 0;
  /** Guest physical page (of 4 KiB) that the address leads to; on a guest-page fault the one that faulted, and the offset in it. */
  guestPage = 0;
  guestOffset = 0;
  implicit: Implicit = Implicit.none;
  /** After a fault: whether it was for an entry that is not valid. */
  notValid = false;
  private readonly first = emptyRequest('s');
  private readonly second = emptyRequest('g');
  private readonly firstResult: WalkResult = { level: 0, physical: 0, flags: 0 };
  private readonly secondResult: WalkResult = { level: 0, physical: 0, flags: 0 };
  private readonly guestTables: GuestTables;
  private steps: WalkStep[] | undefined;

  constructor(
    private readonly state: HartState,
    private readonly options: HartOptions,
    private readonly tables: PageTables,
  ) {
    this.guestTables = new GuestTables(tables, (address, access) => this.implicitAccess(address, access));
  }

  /** Translates an address (two words) of which not every stage is Bare. */
  run(low: number, high: number, access: Access, mode: AccessMode, steps?: WalkStep[]): WalkOutcome {
    this.steps = steps;
    const outcome = mode.virtual ? this.twoStages(low, high, access, mode) : this.oneStage(low, high, access, mode);
    const last = outcome === WalkOutcome.guestPageFault ? this.secondResult : this.firstResult;
    this.notValid = last.flags === 0;
    return outcome;
  }

  /** Translates a guest physical address by the second stage alone. */
  runSecond(address: number, access: Access, steps?: WalkStep[]): WalkOutcome {
    this.steps = steps;
    this.prepareSecond();
    this.guestPage = Math.floor(address / FRAME);
    this.guestOffset = address % FRAME;
    return this.secondOfTwo(access, false, false);
  }

  /** Machine address of the guest physical one that the second stage has translated last. */
  get secondPhysical(): number {
    const { physical, level } = this.secondResult;
    return physical + (this.guestPage % pagesOf(level)) * FRAME + this.guestOffset;
  }

  private oneStage(low: number, high: number, access: Access, mode: AccessMode): WalkOutcome {
    const { state, first, firstResult } = this;
    this.prepareFirst(CsrSlot.satp, access, mode);
    first.stage = 's';
    const given = state.csrHigh(CsrSlot.menvcfg);
    first.accessedDirtyFaults = this.faultsAccessedDirty(given);
    first.memoryTypes = (given & EnvironmentHigh.PBMTE) !== 0;
    const outcome = walk(this.tables, first, low, high, firstResult, this.steps);
    this.level = firstResult.level;
    this.firstLevel = firstResult.level;
    this.physical = firstResult.physical;
    this.flags = firstResult.flags;
    this.secondStage = ALL_FLAGS;
    this.secondLevel = 0;
    this.guestPage = 0;
    return outcome;
  }

  private twoStages(low: number, high: number, access: Access, mode: AccessMode): WalkOutcome {
    this.prepareSecond();
    this.implicit = Implicit.none;
    const { firstResult } = this;
    const isBare = modeOf(this.state.csrHigh(CsrSlot.vsatp)) === PagingMode.bare;
    if (isBare) {
      this.guestPage = (high >>> 0) * 2 ** 20 + (low >>> 12);
      this.flags = ALL_FLAGS;
      this.firstLevel = WHOLE;
    } else {
      const outcome = this.firstOfTwo(low, high, access, mode);
      if (outcome !== WalkOutcome.page) return outcome;
      const page = (high & 0xffff) * 2 ** 20 + (low >>> 12);
      this.guestPage = firstResult.physical / FRAME + (page % pagesOf(firstResult.level));
      this.flags = firstResult.flags;
      this.firstLevel = firstResult.level;
    }
    this.guestOffset = low & 0xfff;
    const outcome = this.secondOfTwo(access, mode.executable, mode.guestMxr);
    if (outcome !== WalkOutcome.page) return outcome;
    const { physical, level, flags } = this.secondResult;
    const smaller = Math.min(level, this.firstLevel);
    this.level = smaller;
    this.secondLevel = level;
    this.secondStage = flags;
    // The start of the smaller page, which lies inside the second stage's.
    const start = this.guestPage - (this.guestPage % pagesOf(smaller));
    this.physical = physical + (start % pagesOf(level)) * FRAME;
    return WalkOutcome.page;
  }

  private firstOfTwo(low: number, high: number, access: Access, mode: AccessMode): WalkOutcome {
    const { first } = this;
    this.prepareFirst(CsrSlot.vsatp, access, mode);
    first.stage = 'vs';
    const given = this.state.csrHigh(CsrSlot.henvcfg) & this.state.csrHigh(CsrSlot.menvcfg);
    first.accessedDirtyFaults = this.faultsAccessedDirty(given);
    first.memoryTypes = (given & EnvironmentHigh.PBMTE) !== 0;
    return walk(this.guestTables, first, low, high, this.firstResult, this.steps);
  }

  private prepareFirst(slot: CsrSlot, access: Access, mode: AccessMode): void {
    const { first, state } = this;
    const high = state.csrHigh(slot);
    first.root = rootOf(state.csrLow(slot), high);
    first.levels = modeOf(high) === PagingMode.sv48 ? 4 : 3;
    first.access = access;
    first.user = mode.privilege === Privilege.user;
    first.sum = mode.sum;
    first.mxr = mode.mxr;
    first.executable = mode.executable;
  }

  private prepareSecond(): void {
    const { second, state } = this;
    const high = state.csrHigh(CsrSlot.hgatp);
    second.root = rootOf(state.csrLow(CsrSlot.hgatp), high);
    second.levels = modeOf(high) === PagingMode.sv48 ? 4 : 3;
    const given = state.csrHigh(CsrSlot.menvcfg);
    second.accessedDirtyFaults = this.faultsAccessedDirty(given);
    second.memoryTypes = (given & EnvironmentHigh.PBMTE) !== 0;
  }

  private faultsAccessedDirty(environmentHigh: number): boolean {
    const { accessedDirty } = this.options;
    return accessedDirty === 'fault' || (accessedDirty === 'switchable' && !(environmentHigh & EnvironmentHigh.ADUE));
  }

  /** The second stage of the guest physical address in `guestPage` and `guestOffset`. */
  private secondOfTwo(access: Access, executable: boolean, mxr: boolean): WalkOutcome {
    const { second, secondResult } = this;
    if (modeOf(this.state.csrHigh(CsrSlot.hgatp)) === PagingMode.bare) {
      // Physical addresses have 56 bits.
      if (this.guestPage >= 2 ** 44) return WalkOutcome.accessFault;
      secondResult.level = WHOLE;
      secondResult.flags = ALL_FLAGS;
      secondResult.physical = (this.guestPage - (this.guestPage % pagesOf(WHOLE))) * FRAME;
      return WalkOutcome.page;
    }
    second.access = access;
    second.executable = executable;
    second.mxr = mxr;
    const low = ((this.guestPage % 2 ** 20) * FRAME) | this.guestOffset;
    const high = Math.floor(this.guestPage / 2 ** 20) | 0;
    if (this.guestPage >= 2 ** 52 || !isGuestPhysical(high, second.levels)) {
      secondResult.flags = ALL_FLAGS;
      return WalkOutcome.guestPageFault;
    }
    const outcome = walk(this.tables, second, low, high, secondResult, this.steps);
    return outcome === WalkOutcome.pageFault ? WalkOutcome.guestPageFault : outcome;
  }

  /** An access to a first-stage table. @returns the machine address, or the outcome negated */
  private implicitAccess(address: number, access: Access): number {
    this.guestPage = Math.floor(address / FRAME);
    this.guestOffset = address % FRAME;
    // MXR is for explicit loads.
    const outcome = this.secondOfTwo(access, false, false);
    if (outcome !== WalkOutcome.page) {
      this.implicit = access === Access.write ? Implicit.write : Implicit.read;
      return -outcome;
    }
    return this.secondPhysical;
  }
}

/** First-stage tables: their addresses are guest physical, so each access goes through the second stage. */
class GuestTables implements PageTables {
  pteLow = 0;
  pteHigh = 0;
  failure: WalkOutcome = WalkOutcome.accessFault;
  /** Absent where the machine's tables are only looked at. */
  readonly setPteBits?: (address: number, bits: number) => boolean;

  /** @param translate gives the machine address, or the outcome negated */
  constructor(
    private readonly tables: PageTables,
    private readonly translate: (address: number, access: Access) => number,
  ) {
    if (tables.setPteBits) this.setPteBits = (address, bits) => this.set(address, bits);
  }

  readPte(address: number): boolean {
    const machine = this.reach(address, Access.read);
    if (machine < 0 || !this.tables.readPte(machine)) return false;
    this.pteLow = this.tables.pteLow;
    this.pteHigh = this.tables.pteHigh;
    return true;
  }

  private set(address: number, bits: number): boolean {
    const machine = this.reach(address, Access.write);
    return machine >= 0 && (this.tables.setPteBits?.(machine, bits) ?? false);
  }

  private reach(address: number, access: Access): number {
    const machine = this.translate(address, access);
    this.failure = (machine < 0 ? -machine : WalkOutcome.accessFault) as WalkOutcome;
    return machine;
  }
}
