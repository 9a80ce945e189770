import type { Controls } from '../../../isa/index';
import { BARE_CONTROLS } from '../bare-execution';
import type { GuestExecution } from '../description';

/** No H, and the timer is the SBI's. */
const virtualHart: Controls = { ...BARE_CONTROLS, hypervisor: false, supervisorTimer: false };

/** The guest's kernel is a user to the hart, as its programs are, and all that a user must not do traps. */
export const deprivilegedExecution: GuestExecution = {
  modes: { s: 'u', u: 'u' },
  controls: { ...BARE_CONTROLS, scounteren: 0 },
  delegated: new Set(),
  below: 'vmm',
  virtualHart,
  virtualModes: { s: 'hs', u: 'u' },
};
