import { failure, SbiError, success } from '../../firmware/sbi/interface';
import { hypercalls } from '../../hypercalls/table';
import { step } from '../../machine/narration';
import { kill } from '../exits/kill';
import type { HypercallHandler } from './hypercall';
import { operationNumbers } from './operation-numbers';
import { poll } from './poll';

const numbers = operationNumbers(hypercalls.schedOp.operations);

/** What the scheduler is to do with the caller. */
export const schedOp: HypercallHandler = {
  *handle(call) {
    const { vm, caller, number } = call;
    switch (number(0)) {
      case numbers.yield:
        yield step`others that want the hart come before it`;
        vm.port.decide({ kind: 'yield' });
        return success();
      case numbers.block:
        yield step`it waits for an interrupt that is enabled in sie`;
        vm.port.decide({ kind: 'wait', wait: { kind: 'wfi' } });
        return success();
      case numbers.poll:
        return yield* poll(call);
      case numbers.suspend:
        yield step`the virtual machine is paused, until somebody lets it go on`;
        vm.suspend();
        return success();
      case numbers.crash:
        vm.port.decide(yield* kill({ id: caller }, 'crash'));
        return success();
      default:
        yield step`there is no such operation`;
        return failure(SbiError.invalidParam);
    }
  },
};
