import { failure, type SbiAnswer, SbiError, success } from '../../firmware/sbi/interface';
import { hypercalls } from '../../hypercalls/table';
import { type Narration, step } from '../../machine/narration';
import type { EventChannels } from '../events/event-channels';
import { allocateUnbound, bindInterdomain, bindIpi, bindPirq, bindVirq } from './event-ports';
import type { HypercallHandler } from './hypercall';
import { operationNumbers } from './operation-numbers';

const numbers = operationNumbers(hypercalls.event.operations);

/** Event channels of the caller's VM. */
export const event: HypercallHandler = {
  *handle({ vm, caller, number }) {
    const { events } = vm;
    if (!events.page) return yield* withoutPage();
    events.settleInterrupt();
    const [x, y] = [number(1), number(2)];
    switch (number(0)) {
      case numbers.alloc_unbound:
        return yield* allocateUnbound(events, x);
      case numbers.bind:
        return yield* bindInterdomain(events, x, y);
      case numbers.virq:
        return yield* bindVirq(events, x, caller);
      case numbers.ipi:
        return yield* bindIpi(events, x);
      case numbers.pirq:
        return yield* bindPirq(events, x);
      case numbers.send:
        return yield* send(events, x);
      case numbers.close:
        return yield* close(events, x);
      case numbers.unmask:
        return yield* unmask(events, x);
      case numbers.to_vcpu:
        return yield* route(events, x, y);
      case numbers.deliver:
        yield* events.deliver(caller);
        return success();
      default:
        yield step`there is no such operation`;
        return failure(SbiError.invalidParam);
    }
  },
};

/** What goes by the shared page is not there for a VM without one. */
export function* withoutPage(): Narration<SbiAnswer> {
  yield step`refuse: the virtual machine shares no page with the VMM (its option paravirtual)`;
  return failure(SbiError.notSupported);
}

/** What is bound to a port becomes pending: the other end of its channel, or the port itself where that tells another vCPU. */
function* send(events: EventChannels, number: number): Narration<SbiAnswer> {
  const port = events.at(number);
  switch (port?.kind) {
    case 'interdomain': {
      const { vm, port: remote } = port;
      yield step`port ${number} is one end of a channel, the other is port ${remote} of VM ${vm}`;
      const peer = events.ofVm(vm);
      if (peer) yield* peer.notify(remote);
      return success();
    }
    case 'ipi':
      yield* events.notify(number);
      return success();
    case 'unbound': {
      const { vm } = port;
      yield step`port ${number} is unbound: there is nobody to tell, until VM ${vm} binds to it`;
      return success();
    }
    default:
      yield step`refuse: port ${number} is no end of a channel, and none that tells a vCPU`;
      return failure(SbiError.invalidParam);
  }
}

function* close(events: EventChannels, number: number): Narration<SbiAnswer> {
  if (!events.at(number)) return yield* noPort(number);
  yield step`port ${number} is free from now on; the other end of its channel, where it has one, is unbound`;
  events.close(number);
  return success();
}

function* unmask(events: EventChannels, number: number): Narration<SbiAnswer> {
  if (!events.at(number)) return yield* noPort(number);
  yield* events.unmask(number);
  return success();
}

/** Upcalls of a port come to another vCPU. */
function* route(events: EventChannels, number: number, vcpu: number): Narration<SbiAnswer> {
  const port = events.at(number);
  if (!port) return yield* noPort(number);
  if (!events.vm.vcpus[vcpu]) {
    yield step`refuse: there is no vCPU ${vcpu}`;
    return failure(SbiError.invalidParam);
  }
  if (port.kind === 'ipi' || (port.kind === 'virq' && port.virq === 'timer')) {
    const { vcpu: own } = port;
    yield step`refuse: port ${number} is that of vCPU ${own}, and stays with it`;
    return failure(SbiError.denied);
  }
  yield step`upcalls of port ${number} come to vCPU ${vcpu}`;
  events.route(number, vcpu);
  return success();
}

function* noPort(number: number): Narration<SbiAnswer> {
  yield step`refuse: port ${number} is free, or none`;
  return failure(SbiError.invalidParam);
}
