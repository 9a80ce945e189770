/** fcsr and its parts (manual, volume I, "Floating-Point Control and Status Register"). */
import { csrGroup } from './description';

export const floatCsrs = csrGroup('float', {
  fflags: { number: 0x001, summary: 'accrued floating-point exceptions' },
  frm: { number: 0x002, summary: 'floating-point rounding mode' },
  fcsr: { number: 0x003, summary: 'floating-point rounding mode and exceptions' },
});
