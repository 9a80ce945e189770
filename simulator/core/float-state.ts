import type { HartState } from './hart-state';
import { HartLayout } from './layout';

/** mstatus.FS, and vsstatus.FS: off, initial, clean, dirty. */
const FS = 3 << 13;

/** Sets `floatReady`; called whenever mstatus.FS may have changed. */
export function updateFloatReady(state: HartState): void {
  state.set(HartLayout.floatReady, (state.status & FS) === FS ? 1 : 0);
}

/**
 * Makes the floating-point state dirty, as an instruction is about to use it. That it may be read only is not looked at, as the manual
 * allows (volume II, "Extension Context Status in mstatus Register").
 * @returns false when it is off: the instruction is illegal
 */
export function prepareFloat(state: HartState): boolean {
  if ((state.status & FS) === 0) return false;
  state.status |= FS;
  updateFloatReady(state);
  return true;
}
