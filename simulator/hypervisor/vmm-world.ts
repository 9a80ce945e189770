import type { World } from '../machine/narration';

/** S- or HS-mode of the machine. */
export const vmmWorld: World = { name: 'VMM' };
