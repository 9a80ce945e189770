/** fcsr and its parts: accrued exceptions and the rounding mode (manual, volume I, "Floating-Point Control and Status Register"). */

import { isFloatOff, prepareFloat } from '../float/float-state';
import { CsrSlot } from '../hart/hart-state';
import type { CsrFile } from './file';
import { type CsrRegister, Refusal } from './register';

/** `width` bits of fcsr from bit `low` up. Writes make the state dirty, as those of f registers do. */
function part(low: number, width: number): CsrRegister {
  const mask = 2 ** width - 1;
  return {
    read: (file) => file.set((file.state.csrLow(CsrSlot.fcsr) >> low) & mask, 0),
    write: ({ state }: CsrFile, value) => {
      const kept = state.csrLow(CsrSlot.fcsr) & ~(mask << low);
      state.setCsr(CsrSlot.fcsr, kept | ((value & mask) << low), 0);
      prepareFloat(state);
    },
    refusal: ({ state }) => (isFloatOff(state) ? Refusal.Illegal : Refusal.Allowed),
  };
}

export const floatRegisters = {
  fflags: part(0, 5),
  frm: part(5, 3),
  fcsr: part(0, 8),
};
