import { HypervisorStatus } from '../../../core/index';
import { Csr } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { Gva } from '../../../mmu/address';
import type { HardwareVm } from './hardware-vm';
import type { HardwareVcpu } from './vcpu';

/** Back to the guest: what has become pending meanwhile goes into hvip, where the hardware delivers it, then sret to VS- or VU-mode. */
export function* enterGuest(vm: HardwareVm, vcpu: HardwareVcpu): Narration {
  const { hart } = vcpu;
  if (vcpu.externalDiffers) {
    yield step`a device of the VM asks for service: set VSEIP in hvip, the hardware delivers it when the guest lets it`;
    const before = { low: hart.csrLow(Csr.hvip.number), high: 0 };
    vcpu.deliverExternal();
    vm.ledger.changed({
      kind: 'hardware CSR',
      csr: Csr.hvip.number,
      before,
      after: { low: hart.csrLow(Csr.hvip.number), high: 0 },
    });
    vm.ledger.charge('csrAccess');
  }
  if (vm.vmid === undefined) {
    yield step`translations carry no VMID here: forget all of the guest's (hfence.gvma, hfence.vvma)`;
    hart.fenceGuest();
    hart.fenceVirtual(undefined, undefined);
    vm.ledger.charge('tlbFlush');
  }
  const pc = new Gva(vcpu.pcLow, vcpu.pcHigh);
  const mode = vcpu.user ? 'VU' : 'VS';
  yield step`return to the guest at ${pc}: sret with hstatus.SPV set, to ${mode}-mode`;
  hart.state.hypervisorStatus |= HypervisorStatus.SPV;
  hart.returnFromTrap('sret');
}
