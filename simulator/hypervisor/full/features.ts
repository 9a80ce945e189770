import { MISALIGNED_EXCEPTIONS } from '../hart-features';
import { Feature, type FeatureSwitches } from '../sbi/features';
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
    [Feature.misalignedDelegation]: {
      reset: true,
      isOn: (id) => (vcpu(id).csrWords(MEDELEG).low & MISALIGNED_EXCEPTIONS) !== 0,
      turn: (id, on) => {
        const delegated = vcpu(id).csrWords(MEDELEG).low & ~MISALIGNED_EXCEPTIONS;
        vcpu(id).setCsr(MEDELEG, on ? delegated | MISALIGNED_EXCEPTIONS : delegated);
      },
    },
  };
}
