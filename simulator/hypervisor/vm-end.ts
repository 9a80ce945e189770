import type { GuestEnd } from '../machine/finisher-end';

/** Why a VMM gives a VM up: where hardware would have no answer either. */
export const KILL_REASONS = {
  'trap-loop': 'the guest traps at its own trap vector, for ever',
  'illegal-access': 'the guest accessed memory outside its own (onIllegal: kill)',
  'memory-limit': 'it wants more memory than its memoryLimit',
  'out-of-memory': 'it wants memory, and its host has none left (overcommit: kill)',
  crash: 'its kernel says that it cannot go on (hypercall sched_op crash)',
  destroyed: 'somebody has destroyed it',
} as const;

export type KillReason = keyof typeof KILL_REASONS;

/** A step is about it: the VM is given up. */
export class Kill {
  constructor(readonly reason: KillReason) {}
}

/** How a VM ended: as its guest asked, or killed. */
export type VmEnd = GuestEnd | { readonly reason: 'killed'; readonly kind: KillReason; readonly vcpu: number };
