import { virtualizedProcessor } from '../../../machine/processor';
import type { Engine } from '../engine';
import { hardwareDescription } from './description';
import { framesFor, ROOT_FRAMES } from './second-stage';
import { HardwareVm } from './vm';

/** Hardware-assisted virtualization by the H extension: the guest in VS-mode, its physical addresses translated by a second stage. */
export const hardware = {
  ...hardwareDescription,
  sources: ['hardware'],
  missing: ({ hypervisor }) => (hypervisor === false ? ['the H extension: leave the option hypervisor true'] : []),
  // The root lies at a multiple of its size; the tables below it come behind it.
  tables: ({ memory }) => [
    { frames: ROOT_FRAMES, align: ROOT_FRAMES },
    { frames: framesFor(memory), align: 1 },
  ],
  processor: virtualizedProcessor,
  create: (vm, [root, tables], { vmids }) => {
    if (!root || !tables) throw new RangeError('the second stage needs its root and frames for its tables');
    // A hart may have no bits for a VMID: then hgatp has 0, whatever is written.
    return new HardwareVm(vm, root, tables, vmids && vm.hartModel.options.vmidBits > 0);
  },
} satisfies Engine;
