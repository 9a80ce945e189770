import { deprivilegedProcessor } from '../../../machine/processor';
import type { Engine } from '../engine';
import { paraDescription } from './description';
import { ParaVm } from './vm';
import { VMM_FRAMES } from './vmm-tables';

/** Paravirtualization, as Xen did it: the guest's own tables hold machine addresses, and the VMM checks what is written there. */
export const para = {
  ...paraDescription,
  sources: ['para', 'deprivileged'],
  missing: () => [],
  tables: () => [{ frames: VMM_FRAMES, align: 1 }],
  processor: deprivilegedProcessor,
  create: (vm, [range]) => {
    if (!range) throw new RangeError("the VMM's part of address spaces needs frames");
    return new ParaVm(vm, range);
  },
} satisfies Engine;
