import { causeOf } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import type { Gpa, Gva } from '../../mmu/address';
import type { Access } from '../../mmu/index';
import type { GuestTables } from '../memory/guest-walk';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';
import { faultOfAccess } from './access-span';
import { inject } from './inject';
import { kill } from './kill';

/** An access that leads to no memory and no device: the bare machine has an access fault for it. */
export function* refuseAccess(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  access: Access,
  gva: Gva,
  gpa: Gpa,
): Narration {
  vm.ledger.classify('access-fault');
  if (vm.onIllegal === 'kill') {
    yield step`${gpa} is outside the VM`;
    yield* kill(vm, vcpu, 'illegal-access');
    return;
  }
  const { cause, address } = faultOfAccess(vm, vcpu, tables, access, gva, gpa.value);
  const name = causeOf(cause, false).name;
  yield step`${gpa} is neither the guest's memory nor a device: ${name} for ${address}`;
  yield* inject(vm, vcpu, cause, false, address.low, address.high);
}
