import { delegationSwitch } from '../../../firmware/sbi/delegation-switch';
import { Feature, type FeatureSwitches } from '../../../firmware/sbi/features';
import type { FullVm } from './full-vm';

const MEDELEG = 0x302;

/** What FWFT sets for a deprivileged guest: in its virtual medeleg. The VMM sets A and D in its tables always, as its hardware would. */
export function virtualFeatures(vm: FullVm): FeatureSwitches {
  const vcpu = (id: number) => {
    const found = vm.vcpus[id];
    if (!found) throw new RangeError(`vCPU ${id} is not of this VM`);
    return found;
  };
  return {
    [Feature.misalignedDelegation]: delegationSwitch(
      (id) => vcpu(id).csrWords(MEDELEG).low,
      (id, delegated) => vcpu(id).setCsr(MEDELEG, delegated),
    ),
  };
}
