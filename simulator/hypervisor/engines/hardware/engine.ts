import { virtualizedProcessor } from '../../../machine/processor';
import type { Engine } from '../engine';
import { framesFor, ROOT_FRAMES } from './second-stage';
import { HardwareVm } from './vm';

/** Hardware-assisted virtualization by the H extension: the guest in VS-mode, its physical addresses translated by a second stage. */
export const hardware: Engine = {
  id: 'hardware',
  title: 'hardware-assisted virtualization',
  description: 'The guest kernel runs in VS-mode of the H extension, above a second stage of translation.',
  sources: ['hardware'],
  exits: [
    'second-stage-fill',
    'mmio',
    'access-fault',
    'sbi-call',
    'wait',
    'virtual-instruction',
    'misaligned-access',
    'guest-exception',
    'timer-interrupt',
    'device-interrupt',
  ],
  missing: ({ hypervisor }) => (hypervisor === false ? ['the H extension: leave the option hypervisor true'] : []),
  // The root lies at a multiple of its size; the tables below it come behind it.
  tables: ({ memory }) => [
    { frames: ROOT_FRAMES, align: ROOT_FRAMES },
    { frames: framesFor(memory), align: 1 },
  ],
  processor: virtualizedProcessor,
  create: (vm, [root, tables], { vmids }) => {
    if (!root || !tables) throw new RangeError('the second stage needs its root and frames for its tables');
    return new HardwareVm(vm, root, tables, vmids ? FIRST_VMID : undefined);
  },
};

/** VMID 0 is left to hypervisors that have none. */
const FIRST_VMID = 1;
