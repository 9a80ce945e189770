import { commonExits } from '../../exits/exit-kind';
import type { EngineDescription, PrivilegedWork } from '../description';
import { hardwareExits } from './exits';

const illegal = "illegal instruction: the guest's own exception";

const work: PrivilegedWork = {
  machineMode: illegal,
  hypervisorMode: `virtual-instruction exception to the VMM, whose virtual hart has no H: ${illegal}`,
  counters: 'the hart reads it, `time` with `htimedelta` added; no exit',
  environmentCall: 'from VS-mode cause 10, an SBI call that the VMM answers; from VU-mode straight to the guest kernel',
  wait: 'traps to the VMM: `hstatus.VTW` is set, so that a guest that waits gives the hart back',
  trapReturn: 'the hart returns in VS-mode; no exit',
  fence: "the hart forgets translations of the guest's own VMID; no exit",
  supervisorCsr: (name) => `the hart accesses \`vs${name.slice(1)}\` in its place; no exit`,
};

export const hardwareDescription = {
  id: 'hardware' as const,
  description:
    'Hardware-assisted virtualization by the H extension: the guest runs in VS-mode, on a second stage of translation.',
  exits: [...Object.values(hardwareExits), ...Object.values(commonExits)],
  work,
} satisfies EngineDescription;
