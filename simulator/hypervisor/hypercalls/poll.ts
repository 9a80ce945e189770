import { ALL_ONES, failure, type SbiAnswer, SbiError, success } from '../../firmware/sbi/interface';
import { type Narration, step } from '../../machine/narration';
import { MOST_POLLED, type Wait } from '../runnable';
import { withoutPage } from './event';
import type { HypercallCall } from './hypercall';
import { givenList } from './list';

const PORT_BYTES = 4;

/** The caller waits until one of some ports is pending, masked or not, or for a time; or until it takes an interrupt, as Xen's do_poll has it. */
export function* poll(call: HypercallCall): Narration<SbiAnswer> {
  const { vm, caller, argument } = call;
  const { events } = vm;
  if (!events.page) return yield* withoutPage();
  const list = yield* givenList(call, { entryBytes: PORT_BYTES, first: 1, most: MOST_POLLED, alignment: PORT_BYTES });
  if ('error' in list) return list;
  const { count, view } = list;
  const ports = Array.from({ length: count }, (_, at) => view.getUint32(PORT_BYTES * at, true));
  const unknown = ports.find((port) => !events.at(port));
  if (unknown !== undefined) {
    yield step`refuse: port ${unknown} is free, or none`;
    return failure(SbiError.invalidParam);
  }
  const deadline = argument(3) === ALL_ONES ? null : Number(argument(3));
  const wait: Wait = { kind: 'events', ports, deadline };
  if (vm.vcpus[caller]?.hasCome(wait)) {
    yield step`one of these ${count} ports is pending, the deadline has passed, or an interrupt comes: there is nothing to wait for`;
    return success();
  }
  yield step`none of these ${count} ports is pending: the vCPU waits for one`;
  if (deadline !== null) yield step`but not beyond ${deadline} ticks, for which the VMM sets a timer`;
  vm.port.decide({ kind: 'wait', wait });
  return success();
}
