import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';

/** The guest's instruction is done: the VMM has done its work. It takes the time of one instruction and counts as retired. */
export function advance(vm: VirtualMachine, vcpu: Vcpu, length: 2 | 4): void {
  const low = (vcpu.pcLow + length) | 0;
  vcpu.setPc(low, vcpu.pcHigh + (low >>> 0 < length ? 1 : 0));
  vm.machine.retireEmulated(vcpu.hart);
}
