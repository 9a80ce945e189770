/** Zawrs: waiting on a reservation set (manual, volume I, "Zawrs"). Waiting may end at any time: other harts get their turn. */
import { fixed } from './formats';
import type { Instruction } from './types';

const ZAWRS = { extension: 'zawrs' } as const;

export const waitOnReservation: readonly Instruction[] = [
  fixed(ZAWRS, 'wrs.nto', 0x00d00073, 'wait until the reserved memory is written, without limit', {
    system: 'wrs.nto',
  }),
  fixed(ZAWRS, 'wrs.sto', 0x01d00073, 'wait until the reserved memory is written, for a short time', {
    system: 'wrs.sto',
  }),
];
