import { delegationSwitch } from '../../../firmware/sbi/delegation-switch';
import { Feature, type FeatureSwitches } from '../../../firmware/sbi/features';
import { Csr } from '../../../isa/index';
import type { UserModeVcpu } from './user-mode-vcpu';

/** What FWFT sets for a deprivileged guest: in its virtual medeleg. The VMM sets A and D in its tables always, as its hardware would. */
export function virtualFeatures(vcpus: readonly UserModeVcpu[]): FeatureSwitches {
  const vcpu = (id: number): UserModeVcpu => {
    const found = vcpus[id];
    if (!found) throw new RangeError(`vCPU ${id} is not of this VM`);
    return found;
  };
  return {
    [Feature.misalignedDelegation]: delegationSwitch(
      (id) => vcpu(id).csrValue(Csr.medeleg.number).low,
      (id, delegated) => vcpu(id).setCsr(Csr.medeleg.number, delegated),
    ),
  };
}
