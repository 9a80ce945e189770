import { type Narration, step } from '../../machine/narration';
import type { Outcome } from '../runnable';
import { KILL_REASONS, Kill, type KillReason } from '../vm-end';

/** Gives the VM up. Nothing is torn down: the debugger shows the VM as it died. */
export function* kill(vcpu: { readonly id: number }, kind: KillReason): Narration<Outcome> {
  const why = KILL_REASONS[kind];
  yield step.about(new Kill(kind))`kill the VM: ${why}`;
  return { kind: 'end', end: { reason: 'killed', kind, vcpu: vcpu.id } };
}
