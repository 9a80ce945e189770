/** Zihintpause: the pause hint, a fence that orders nothing (manual, volume I, "Zihintpause"). */
import { fixed } from '../formats';
import type { Instruction } from '../types';

export const pauseHint: readonly Instruction[] = [
  fixed(
    { extension: 'zihintpause' },
    'pause',
    0x0100000f,
    'hint: let other harts run',
    { system: 'pause' },
    {
      refines: 'fence',
    },
  ),
];
