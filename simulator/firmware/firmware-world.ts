import type { World } from '../machine/narration';

/** M-mode of the machine, as far as it is TypeScript. */
export const firmwareWorld: World = { name: 'firmware' };
