import { causeOf } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import { Gva } from '../../mmu/address';
import type { Outcome } from '../runnable';
import type { Vcpu } from '../vcpu';
import type { GuestAccess } from './access';
import { faultOfAccess } from './access-span';
import { commonExits } from './exit-kind';
import { inject } from './inject';
import { kill } from './kill';

/** An access that leads to no memory and no device: the bare machine has an access fault for it. */
export function* refuseAccess(vcpu: Vcpu, refused: GuestAccess): Narration<Outcome> {
  const { vm } = vcpu;
  const { gpa } = refused;
  vm.ledger.classify(commonExits.accessFault);
  if (vm.onIllegal === 'kill') {
    yield step`${gpa} is outside the VM`;
    return yield* kill(vcpu, 'illegal-access');
  }
  const fault = faultOfAccess(vcpu, refused);
  const address = Gva.of(fault.value);
  const { name } = causeOf(fault.cause, false);
  yield step`${gpa} is neither the guest's memory nor a device: ${name} for ${address}`;
  return yield* inject(vcpu, fault);
}
