import { failure, type SbiAnswer, SbiError, success } from '../../firmware/sbi/interface';
import { VIRQS } from '../../hypercalls/table';
import { PLIC_SOURCES } from '../../machine/memory-map';
import { type Narration, step } from '../../machine/narration';
import { type EventChannels, isVirq } from '../events/event-channels';
import type { Port } from '../events/port';

/** Where a new port's upcalls come to, unless it is for one vCPU. */
const FIRST_VCPU = 0;

/** A port to which another VM, or the same one, may bind. */
export function* allocateUnbound(events: EventChannels, vm: number): Narration<SbiAnswer> {
  if (!events.ofVm(vm)) return yield* noVm(vm);
  return yield* opened(events, { kind: 'unbound', vcpu: FIRST_VCPU, vm });
}

/** The other end of a port that is unbound, and for this VM. */
export function* bindInterdomain(events: EventChannels, vm: number, remote: number): Narration<SbiAnswer> {
  const peer = events.ofVm(vm);
  if (!peer) return yield* noVm(vm);
  const port = peer.at(remote);
  if (port?.kind !== 'unbound') {
    yield step`refuse: port ${remote} of VM ${vm} is not unbound`;
    return failure(SbiError.invalidParam);
  }
  const { vm: guest } = port;
  if (guest !== events.vm.id) {
    yield step`refuse: port ${remote} of VM ${vm} is for VM ${guest} to bind to`;
    return failure(SbiError.denied);
  }
  const local = events.bind(peer, remote);
  if (local === undefined) return yield* noneFree();
  yield step`port ${local} is the other end of port ${remote} of VM ${vm}: what that VM has sent before, nobody has been told, so it is pending at once`;
  yield* events.notify(local);
  return success(local);
}

/** A port for something of the hypervisor. @param caller whose timer it is, where it is for that */
export function* bindVirq(events: EventChannels, which: number, caller: number): Narration<SbiAnswer> {
  const virq = VIRQS[which];
  if (!virq) {
    yield step`refuse: the hypervisor has nothing of number ${which} to tell`;
    return failure(SbiError.invalidParam);
  }
  if (virq === 'timer' && events.delivery.kind !== 'trap') {
    yield step`refuse: the timer of this vCPU is an interrupt of its own, in sip and sie`;
    return failure(SbiError.notSupported);
  }
  const known = events.find((port) => isVirq(port, virq, caller));
  if (known !== undefined) return yield* hasPort(known);
  return yield* opened(events, { kind: 'virq', vcpu: virq === 'timer' ? caller : FIRST_VCPU, virq });
}

/** A port by which a vCPU is told something. */
export function* bindIpi(events: EventChannels, vcpu: number): Narration<SbiAnswer> {
  if (!events.vm.vcpus[vcpu]) {
    yield step`refuse: there is no vCPU ${vcpu}`;
    return failure(SbiError.invalidParam);
  }
  return yield* opened(events, { kind: 'ipi', vcpu });
}

/** A port for a device's interrupt. */
export function* bindPirq(events: EventChannels, source: number): Narration<SbiAnswer> {
  const { delivery } = events;
  if (delivery.kind !== 'trap') {
    yield step`refuse: the guest has a PLIC, where it serves its devices itself`;
    return failure(SbiError.notSupported);
  }
  if (!Number.isInteger(source) || source < 1 || source > PLIC_SOURCES) {
    yield step`refuse: the PLIC has sources 1 to ${PLIC_SOURCES}, not ${source}`;
    return failure(SbiError.invalidParam);
  }
  const known = events.find((port) => port.kind === 'pirq' && port.source === source);
  if (known !== undefined) return yield* hasPort(known);
  const answer = yield* opened(events, { kind: 'pirq', vcpu: FIRST_VCPU, source });
  if (answer.error !== SbiError.success) return answer;
  yield step`let source ${source} of the PLIC through to the VMM`;
  delivery.devices.open(source);
  return answer;
}

function* opened(events: EventChannels, port: Port): Narration<SbiAnswer> {
  const number = events.open(port);
  if (number === undefined) return yield* noneFree();
  const { kind, vcpu } = port;
  yield step`port ${number} was free: it is ${kind} from now on, and its upcalls come to vCPU ${vcpu}`;
  return success(number);
}

function* noVm(vm: number): Narration<SbiAnswer> {
  yield step`refuse: this host has no VM ${vm}`;
  return failure(SbiError.invalidParam);
}

function* hasPort(number: number): Narration<SbiAnswer> {
  yield step`refuse: port ${number} is for that already`;
  return failure(SbiError.alreadyAvailable);
}

function* noneFree(): Narration<SbiAnswer> {
  yield step`refuse: no port is free`;
  return failure(SbiError.failed);
}
