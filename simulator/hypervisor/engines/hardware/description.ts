import { commonExits } from '../../exits/exit-kind';
import { BARE_CONTROLS, bareExecution } from '../bare-execution';
import type { EngineDescription, GuestExecution } from '../description';
import { hardwareExits } from './exits';

/** The guest's kernel is in VS-mode, with CSRs of its own; `wfi` gives the hart back. */
export const hardwareExecution: GuestExecution = {
  modes: { s: 'vs', u: 'vu' },
  controls: { ...BARE_CONTROLS, VTW: true },
  delegated: bareExecution.delegated,
  below: 'vmm',
  virtualHart: { ...BARE_CONTROLS, hypervisor: false },
  virtualModes: { s: 'hs', u: 'u' },
};

export const hardwareDescription = {
  id: 'hardware' as const,
  description:
    'Hardware-assisted virtualization by the H extension: the guest runs in VS-mode, on a second stage of translation.',
  exits: [...Object.values(hardwareExits), ...Object.values(commonExits)],
  execution: hardwareExecution,
  guests: 'any',
} satisfies EngineDescription;
