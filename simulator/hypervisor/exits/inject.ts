import { causeOf, InterruptCode } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import type { Trap } from '../../machine/trap';
import type { InterruptEffect } from '../ledger/causes';
import { type Outcome, RESUME } from '../runnable';
import type { Vcpu } from '../vcpu';
import { kill } from './kill';

/** What the ledger calls an interrupt of a guest's, by its code. */
export const EFFECTS_BY_CODE: { readonly [code: number]: InterruptEffect } = {
  [InterruptCode.supervisorSoftware]: 'software interrupt',
  [InterruptCode.supervisorTimer]: 'timer interrupt',
  [InterruptCode.supervisorExternal]: 'external interrupt',
};

/**
 * Gives the guest a trap as its hardware would: virtual sepc, scause, stval and sstatus, then its trap vector.
 * What the bare machine answers with a trap, the VMM answers with that trap.
 */
export function* inject(vcpu: Vcpu, trap: Trap): Narration<Outcome> {
  const { vm, pc, lastInjection } = vcpu;
  const { retired } = vcpu.cpu;
  if (!trap.interrupt && lastInjection.retired === retired && lastInjection.pc === pc.value)
    return yield* kill(vcpu, 'trap-loop');
  const vector = vcpu.trapVector;
  const { name } = causeOf(trap.cause, trap.interrupt);
  const { registers, vector: vectorName } = vcpu.trapDelivery;
  yield step`give the guest its trap, ${name} at ${pc}: ${registers}, then on at its ${vectorName} ${vector}`;
  vcpu.takeTrap(trap);
  vcpu.lastInjection = { pc: vcpu.pc.value, retired };
  vm.ledger.charge('injection');
  const effect = trap.interrupt ? EFFECTS_BY_CODE[trap.cause] : undefined;
  const because = (effect && vm.ledger.causes.of(vcpu.name, effect)) ?? null;
  vm.ledger.changed({ kind: 'trap', interrupt: trap.interrupt, cause: trap.cause, because });
  vm.machine.reportGuestTrap(vcpu.hart, trap);
  return RESUME;
}
