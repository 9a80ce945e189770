import { causeOf, pageFaultOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception } from '../../../machine/trap';
import { Gpa, type Gva } from '../../../mmu/address';
import { Access, accessNames, Pte } from '../../../mmu/index';
import { commonExits } from '../../exits/exit-kind';
import { fetchAccess } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import type { Outcome } from '../../runnable';
import { deprivilegedExits } from '../deprivileged/exits';
import type { PortedVcpu } from './ported';

/** The hardware walks the guest's own tables: a page fault is the guest's own, or an access to a device that it has mapped. */
export function* handlePageFault(vcpu: PortedVcpu, access: Access, gva: Gva): Narration<Outcome> {
  const { vm } = vcpu;
  const address = access === Access.execute ? undefined : vcpu.deviceAt(gva, access === Access.write ? Pte.W : Pte.R);
  if (address !== undefined) {
    const gpa = new Gpa(address);
    const device = vm.board.find(address);
    const name = device?.name ?? 'nothing';
    vm.ledger.classify(commonExits.mmio);
    yield step`the guest maps ${gva} to ${gpa} with U=0, a register of ${name}: emulate the access`;
    const instruction = fetchAccess(vcpu, gva);
    return yield* vm.model.access(vcpu, { access, gva, gpa, instruction });
  }
  vm.ledger.classify(deprivilegedExits.guestPageFault);
  const cause = pageFaultOf(accessNames[access]);
  const { name } = causeOf(cause, false);
  yield step`the hardware has walked the guest's own tables: the fault is the guest's, ${name}`;
  return yield* inject(vcpu, exception(cause, gva.value));
}
