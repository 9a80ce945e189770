import { type HartState, Status } from '../hart/hart-state';
import { HartLayout } from '../layout';

/** Whether floating-point instructions are illegal: FS of mstatus is Off, or in VS- and VU-mode that of vsstatus. */
export function isFloatOff(state: HartState): boolean {
  return (state.status & Status.FS) === 0 || (state.virtual && (state.virtualStatus & Status.FS) === 0);
}

/** Sets `floatReady`; called whenever FS or V may have changed. */
export function updateFloatReady(state: HartState): void {
  const status = state.virtual ? state.status & state.virtualStatus : state.status;
  state.set(HartLayout.floatReady, (status & Status.FS) === Status.FS ? 1 : 0);
}

/**
 * Makes the floating-point state dirty, as an instruction is about to use it. That it may be read only is not looked at, as the manual
 * allows (volume II, "Extension Context Status in mstatus Register").
 * @returns false when it is off: the instruction is illegal
 */
export function prepareFloat(state: HartState): boolean {
  if (isFloatOff(state)) return false;
  state.status |= Status.FS;
  if (state.virtual) state.virtualStatus |= Status.FS;
  updateFloatReady(state);
  return true;
}
