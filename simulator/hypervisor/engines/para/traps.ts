import { failure, SbiError, success } from '../../../firmware/sbi/interface';
import { step } from '../../../machine/narration';
import { Gva } from '../../../mmu/address';
import type { HypercallHandler } from '../../hypercalls/hypercall';
import type { PortedVm } from './ported';

/** Where the kernel's vector is. */
export function setTrapOf({ vcpus }: PortedVm): HypercallHandler {
  return {
    *handle({ caller, argument }) {
      const entry = Gva.of(argument(0));
      const sp = Gva.of(argument(1));
      yield step`traps of this vCPU come to ${entry} from now on, with sp ${sp} where they come from a program`;
      vcpus[caller]?.setTrap(entry.value, sp.value);
      return success();
    },
  };
}

/** The return from a trap. */
export function iretOf({ vcpus, vm: { ledger } }: PortedVm): HypercallHandler {
  return {
    *handle({ caller }) {
      yield step`return from the guest's trap, by its words in the shared page: pc, mode and IE, then t0, sp, a6 and a7`;
      ledger.charge('injection');
      if (vcpus[caller]?.returnFromTrap()) return 'left';
      yield step`refuse: it has no user root, and status says that it returns to a program`;
      return failure(SbiError.denied);
    },
  };
}
