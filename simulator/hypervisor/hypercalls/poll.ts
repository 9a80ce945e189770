import { ALL_ONES, failure, type SbiAnswer, SbiError, success } from '../../firmware/sbi/interface';
import { type Narration, step } from '../../machine/narration';
import { Gva } from '../../mmu/address';
import { MOST_POLLED, type Wait } from '../runnable';
import { withoutPage } from './event';
import type { HypercallCall } from './hypercall';

const PORT_BYTES = 4;

/** The caller waits until one of some ports is pending, masked or not, or for a time; or until it takes an interrupt, as Xen's do_poll has it. */
export function* poll({ vm, caller, memory, argument, number }: HypercallCall): Narration<SbiAnswer> {
  const { events } = vm;
  if (!events.page) return yield* withoutPage();
  const [list, count] = [argument(1), number(2)];
  if (count > MOST_POLLED) {
    yield step`refuse: ${MOST_POLLED} ports can be waited for at the most, not ${count}`;
    return failure(SbiError.invalidParam);
  }
  const bytes = list % BigInt(PORT_BYTES) === 0n ? memory.read(list, count * PORT_BYTES) : undefined;
  if (!bytes) {
    const at = Gva.of(list);
    yield step`refuse: the list at ${at} is not in the caller's memory, or not at a multiple of 4`;
    return failure(SbiError.invalidParam);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
