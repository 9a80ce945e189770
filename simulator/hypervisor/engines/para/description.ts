import { commonExits } from '../../exits/exit-kind';
import { deprivilegedExits } from '../deprivileged/exits';
import type { EngineDescription } from '../description';
import { paraExecution } from './execution';
import { paraExits } from './exits';

export const paraDescription = {
  id: 'para' as const,
  description:
    'Paravirtualization: a guest kernel that was ported to its hypervisor runs in U-mode on its own page tables, which hold machine addresses and are checked when they are written, by hypercalls.',
  exits: [...Object.values(deprivilegedExits), ...Object.values(paraExits), ...Object.values(commonExits)],
  execution: paraExecution,
  guests: 'ported',
} satisfies EngineDescription;
