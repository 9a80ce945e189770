import { commonExits } from '../../exits/exit-kind';
import { deprivilegedExecution } from '../deprivileged/execution';
import { deprivilegedExits } from '../deprivileged/exits';
import type { EngineDescription } from '../description';
import { shadowExits } from './exits';

export const fullDescription = {
  id: 'full' as const,
  description:
    'Full virtualization: the guest kernel runs deprivileged in U-mode, on shadow page tables, and privileged instructions trap into the VMM.',
  exits: [...Object.values(deprivilegedExits), ...Object.values(shadowExits), ...Object.values(commonExits)],
  execution: deprivilegedExecution,
  guests: 'any',
} satisfies EngineDescription;
