import { deprivilegedExecution } from '../deprivileged/execution';
import type { GuestExecution } from '../description';
import { insteadOf } from './instead';

/** The guest's kernel is a user to the hart, and knows it: what a user must not do is illegal for it as well. */
export const paraExecution: GuestExecution = { ...deprivilegedExecution, virtualModes: { s: 'u', u: 'u' }, insteadOf };
