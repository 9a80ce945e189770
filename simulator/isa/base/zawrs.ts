/**
 * Zawrs: waiting on a reservation set (manual, volume I, "Zawrs"). Waiting may end at any time: here it does when the other harts have
 * had their turn, which is within the limit that TW asks for, so that wrs.nto never traps.
 */
import { fixed } from '../formats';
import type { Instruction } from '../types';

const ZAWRS = { extension: 'zawrs' } as const;

export const waitOnReservation: readonly Instruction[] = [
  fixed(ZAWRS, 'wrs.nto', 0x00d00073, 'wait until the reserved memory may have been written', { system: 'pause' }),
  fixed(ZAWRS, 'wrs.sto', 0x01d00073, 'wait a short time until the reserved memory may have been written', {
    system: 'pause',
  }),
];
