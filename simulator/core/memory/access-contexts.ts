import { Privilege } from '../../mmu';
import { CsrSlot, type HartState, Status, StatusHigh } from '../hart/hart-state';
import { CsrAccess, HartLayout } from '../layout';
import { dataPrivilegeOf, dataVirtualOf, isBare } from './access-mode';
import type { FastPath } from './fast-path';
import { RecentContexts } from './recent-contexts';
import { modeOf, spaceOf } from './table-walk';

/** Contexts of untranslated accesses; those of one stage follow, then those of two. */
const BARE_MACHINE = 0;
const BARE_LOWER = 1;
const FIRST_TRANSLATED = 2;
const FIRST_VIRTUAL = 2 ** 24;
/** Address spaces of V = 1 that are numbered before numbering begins anew. */
const MOST_SPACES = 4096;

/** Bits of mstatus on which contexts depend. */
const CONTEXT_STATUS = Status.MPRV | Status.MPP | Status.SUM | Status.MXR;

/** Which context of the fast path the modes of a hart mean. */
export class AccessContexts {
  private readonly recent = new RecentContexts();
  /** Numbers of the address spaces of V = 1; and the one of vsatp and hgatp as they were last seen. */
  private readonly virtualSpaces = new Map<number, number>();
  private readonly seen = { vsatp: -1, hgatp: -1, space: 0 };

  constructor(
    private readonly state: HartState,
    private readonly fastPath: FastPath,
  ) {}

  /** Tells the fast path which modes hold now. */
  update(): void {
    const { state, fastPath, recent } = this;
    const virtual = state.virtual || dataVirtualOf(state);
    const rights = Status.SUM | Status.MXR;
    const modes =
      state.privilege | (state.virtual ? 4 : 0) | (state.statusHigh & StatusHigh.MPV) | (state.status & CONTEXT_STATUS);
    const guestRights = virtual ? (state.virtualStatus & rights) << 2 : 0;
    const satp = state.csrHigh(CsrSlot.satp);
    const vsatp = virtual ? state.csrHigh(CsrSlot.vsatp) : 0;
    const hgatp = virtual ? state.csrHigh(CsrSlot.hgatp) : 0;
    if (!recent.find(fastPath.generation, modes | guestRights, satp, vsatp, hgatp)) {
      if (this.virtualSpaces.size > MOST_SPACES) this.forgetSpaces();
      fastPath.reserveContexts(2);
      const data = fastPath.contextOf(this.contextKey(dataPrivilegeOf(state), dataVirtualOf(state), true));
      const fetch = fastPath.contextOf(this.contextKey(state.privilege, state.virtual, false));
      recent.add(modes | guestRights, satp, vsatp, hgatp, data, fetch);
    }
    state.setPair(HartLayout.dataContext, recent.data, 0);
    state.setPair(HartLayout.fetchContext, recent.fetch, 0);
    const machine = state.privilege === Privilege.machine ? CsrAccess.machine : 0;
    const supervisor = state.privilege >= Privilege.supervisor && !state.virtual ? CsrAccess.supervisor : 0;
    state.set(HartLayout.csrAccess, machine | supervisor);
  }

  /** A number for everything that decides whether a fast-path entry may answer. */
  private contextKey(privilege: Privilege, virtual: boolean, isData: boolean): number {
    const { state } = this;
    if (isBare(state, privilege, virtual)) return privilege === Privilege.machine ? BARE_MACHINE : BARE_LOWER;
    const { status } = state;
    const user = privilege === Privilege.user ? 1 : 0;
    if (virtual) {
      const own = state.virtualStatus;
      const rights = isData
        ? (own & Status.SUM ? 2 : 0) | (own & Status.MXR ? 4 : 0) | (status & Status.MXR ? 8 : 0) | user
        : user;
      return FIRST_VIRTUAL + this.virtualSpace() * 16 + rights;
    }
    const sum = isData && status & Status.SUM ? 2 : 0;
    const mxr = isData && status & Status.MXR ? 4 : 0;
    const satp = state.csrHigh(CsrSlot.satp);
    return FIRST_TRANSLATED + ((spaceOf(satp) * 16 + modeOf(satp)) * 8 + mxr + sum + user);
  }

  private forgetSpaces(): void {
    this.virtualSpaces.clear();
    this.seen.vsatp = -1;
    this.fastPath.dropAll();
  }

  /** A small number for the MODEs, ASID and VMID of vsatp and hgatp. */
  private virtualSpace(): number {
    const { state, seen, virtualSpaces } = this;
    const vsatp = state.csrHigh(CsrSlot.vsatp) >>> 12;
    const hgatp = state.csrHigh(CsrSlot.hgatp) >>> 12;
    if (vsatp === seen.vsatp && hgatp === seen.hgatp) return seen.space;
    const key = vsatp * 2 ** 20 + hgatp;
    let space = virtualSpaces.get(key);
    if (space === undefined) {
      space = virtualSpaces.size;
      virtualSpaces.set(key, space);
    }
    Object.assign(seen, { vsatp, hgatp, space });
    return space;
  }
}
