import { type HartState, Status } from './hart-state';
import { HartLayout } from './layout';

/** mstatus.FS, and vsstatus.FS: off, initial, clean, dirty. With V = 1 both are in effect. */
const FS = Status.FS;

/** Sets `floatReady`; called whenever mstatus.FS, vsstatus.FS or V may have changed. */
export function updateFloatReady(state: HartState): void {
  const status = state.virtual ? state.status & state.virtualStatus : state.status;
  state.set(HartLayout.floatReady, (status & FS) === FS ? 1 : 0);
}

/**
 * Makes the floating-point state dirty, as an instruction is about to use it. That it may be read only is not looked at, as the manual
 * allows (volume II, "Extension Context Status in mstatus Register").
 * @returns false when it is off: the instruction is illegal
 */
export function prepareFloat(state: HartState): boolean {
  if ((state.status & FS) === 0 || (state.virtual && (state.virtualStatus & FS) === 0)) return false;
  state.status |= FS;
  if (state.virtual) state.virtualStatus |= FS;
  updateFloatReady(state);
  return true;
}
