import { Privilege } from '../../mmu';
import { CsrSlot, type HartState, Status, StatusHigh } from '../hart/hart-state';
import { modeOf } from './table-walk';

/** The privilege with which loads and stores act: with MPRV that in MPP. */
export function dataPrivilegeOf({ status, privilege }: HartState): Privilege {
  return status & Status.MPRV ? (((status & Status.MPP) >> Status.MPP_SHIFT) as Privilege) : privilege;
}

/** The V with which loads and stores act: with MPRV that in MPV, but for M-mode's. */
export function dataVirtualOf({ status, statusHigh, virtual }: HartState): boolean {
  if (!(status & Status.MPRV)) return virtual;
  return (status & Status.MPP) >> Status.MPP_SHIFT !== Privilege.machine && (statusHigh & StatusHigh.MPV) !== 0;
}

/** Whether addresses are physical. */
export function isBare(state: HartState, privilege: Privilege, virtual: boolean): boolean {
  if (virtual) return modeOf(state.csrHigh(CsrSlot.vsatp)) === 0 && modeOf(state.csrHigh(CsrSlot.hgatp)) === 0;
  return privilege === Privilege.machine || modeOf(state.csrHigh(CsrSlot.satp)) === 0;
}
