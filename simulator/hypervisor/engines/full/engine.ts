import { deprivilegedProcessor } from '../../../machine/processor';
import { FRAME } from '../../../mmu/address';
import type { Engine } from '../engine';
import { fullDescription } from './description';
import { pagerNamed } from './pagers';
import { FullVm } from './vm';

/** The VMM's own memory for shadow tables, in bytes for each vCPU. */
const SHADOW_POOL = 8 * 1024 * 1024;

/** Full virtualization of an unmodified guest on hardware without the H extension: ring deprivileging and shadow page tables. */
export const full = {
  ...fullDescription,
  sources: ['full', 'deprivileged'],
  missing: () => [],
  tables: ({ vcpus }) => Array.from({ length: vcpus }, () => ({ frames: SHADOW_POOL / FRAME, align: 1 })),
  processor: deprivilegedProcessor,
  create: (vm, pools, { pager }) => new FullVm(vm, pools, pagerNamed(pager)),
} satisfies Engine;
