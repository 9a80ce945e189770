import { hypercalls } from '../../../hypercalls/table';
import { step } from '../../../machine/narration';
import type { HypercallHandler } from '../../hypercalls/hypercall';
import { operationNumbers } from '../../hypercalls/operation-numbers';
import { schedOp } from '../../hypercalls/sched-op';
import type { PortedVm } from './ported';

const { block } = operationNumbers(hypercalls.schedOp.operations);

/** As under every engine, but that who blocks lets upcalls come: no other can slip in between that and the wait. */
export function schedOpOf({ vcpus }: PortedVm): HypercallHandler {
  return {
    *handle(call) {
      if (call.number(0) === block) {
        yield step`set IE in the shared page: an upcall ends the wait`;
        const vcpu = vcpus[call.caller];
        if (vcpu) vcpu.words.interruptEnable = true;
      }
      return yield* schedOp.handle(call);
    },
  };
}
