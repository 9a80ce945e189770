import type { InterruptLine } from '../../devices/device';
import { sharedWords } from '../../hypercalls/shared-page';
import type { Virq } from '../../hypercalls/table';
import { type Narration, runThrough, step } from '../../machine/narration';
import type { CostKind } from '../ledger/cost-model';
import type { DeviceInterrupts } from './device-interrupts';
import { FIRST_PORT, LAST_PORT, type Port, type SavedPorts } from './port';
import type { SharedPage } from './shared-page';

/** A vCPU, as far as ports go. */
export interface ToldVcpu {
  /** Its words have come to say that an upcall is pending. */
  upcall(): void;
  /** A port of its VM's has become pending, masked or not: it may be what it waits for. */
  portCame(port: number): void;
}

/** A VM, as far as ports go. */
export interface ChannelVm {
  readonly id: number;
  readonly name: string;
  readonly vcpus: readonly ToldVcpu[];
  readonly ledger: { charge(kind: CostKind): void };
}

/** How a guest is told of upcalls: by an interrupt of its board, or by a trap of its vCPUs; then devices tell it of theirs by ports too. */
export type Delivery =
  | { readonly kind: 'interrupt'; readonly line: InterruptLine }
  | { readonly kind: 'trap'; readonly devices: DeviceInterrupts };

/**
 * The ports of one VM: ends of channels to other VMs, and to its hypervisor, in the way of Xen (xen/common/event_channel.c). A port becomes pending in
 * the page that the VM shares; unless it is masked there, the vCPU to which it is routed gets an upcall.
 */
export class EventChannels {
  private readonly ports = new Map<number, Port>();

  /**
   * @param page undefined of a VM that shares none: then it has no ports
   * @param peers of the same host, itself among them, by their VMs' ids
   */
  constructor(
    readonly vm: ChannelVm,
    readonly page: SharedPage | undefined,
    private readonly peers: (vm: number) => EventChannels | undefined,
    readonly delivery: Delivery,
  ) {}

  /** What a port is for; undefined of one that is free, or none. */
  at(number: number): Port | undefined {
    return this.ports.get(number);
  }

  /** The number of the first port of which something is so. */
  find(isWanted: (port: Port) => boolean): number | undefined {
    for (const [number, port] of this.ports) if (isWanted(port)) return number;
    return undefined;
  }

  ofVm(vm: number): EventChannels | undefined {
    return this.peers(vm);
  }

  /** Takes the lowest port that is free. @returns its number; undefined where none is */
  open(port: Port): number | undefined {
    for (let number = FIRST_PORT; number <= LAST_PORT; number++) {
      if (this.ports.has(number)) continue;
      this.ports.set(number, port);
      return number;
    }
    return undefined;
  }

  /** A new port becomes the other end of one that is unbound. @returns its number; undefined where none is free */
  bind(peer: EventChannels, remote: number): number | undefined {
    const { id: vm } = peer.vm;
    const local = this.open({ kind: 'interdomain', vcpu: 0, vm, port: remote });
    const { vcpu = 0 } = peer.at(remote) ?? {};
    if (local !== undefined) peer.ports.set(remote, { kind: 'interdomain', vcpu, vm: this.vm.id, port: local });
    return local;
  }

  /** Its upcalls come to another vCPU from now on; what was told already stays where it is. */
  route(number: number, vcpu: number): void {
    const port = this.ports.get(number);
    if (port) this.ports.set(number, { ...port, vcpu });
  }

  /** A port becomes free, and what was bound to it unbound, for its VM. */
  close(number: number): void {
    const port = this.ports.get(number);
    this.ports.delete(number);
    // Who takes the number next must not find what was of another.
    this.page?.clearPending(number);
    if (port?.kind === 'interdomain') this.peers(port.vm)?.leftBy(port.port, this.vm.id);
    if (port?.kind === 'pirq' && this.delivery.kind === 'trap') this.delivery.devices.close(port.source);
  }

  /** The VM has ended. */
  closeAll(): void {
    for (const number of [...this.ports.keys()]) this.close(number);
  }

  private leftBy(number: number, vm: number): void {
    const port = this.ports.get(number);
    if (port) this.ports.set(number, { kind: 'unbound', vcpu: port.vcpu, vm });
  }

  /** A port becomes pending. What has to be done in which order is as in Xen's evtchn_2l_set_pending (xen/common/event_2l.c). */
  *notify(number: number): Narration {
    const { page, vm } = this;
    const port = this.ports.get(number);
    if (!page || !port) return;
    const { name } = vm;
    yield step`port ${number} of ${name}: set its bit of the pending ports in the page that the VM shares`;
    vm.ledger.charge('portRaise');
    if (!page.setPending(number)) {
      yield step`it was set already: the guest has not looked since, and will find it`;
      return;
    }
    if (page.isMasked(number)) yield step`the guest has masked the port: no upcall`;
    else yield* this.announce(number, port);
    for (const vcpu of vm.vcpus) vcpu.portCame(number);
  }

  /** The same, by who does not narrate. */
  raise(number: number): void {
    runThrough(this.notify(number));
  }

  /** Something of the hypervisor's has happened: its port becomes pending, where the guest has one. @param vcpu whose timer it is */
  raiseVirq(virq: Virq, vcpu = 0): void {
    const number = this.find((port) => isVirq(port, virq, vcpu));
    if (number !== undefined) this.raise(number);
  }

  /** Devices ask for service: their ports become pending. */
  interruptsCame(): void {
    if (this.delivery.kind !== 'trap') return;
    for (const source of this.delivery.devices.claim()) {
      const number = this.find((port) => port.kind === 'pirq' && port.source === source);
      if (number !== undefined) this.raise(number);
    }
  }

  /** A port is not masked any more; of a device the next interrupt can come. */
  *unmask(number: number): Narration {
    const { page, delivery } = this;
    const port = this.ports.get(number);
    if (!page || !port) return;
    yield step`clear the bit of port ${number} among those that are masked`;
    if (page.unmask(number) && page.isPending(number)) yield* this.announce(number, port);
    if (port.kind !== 'pirq' || delivery.kind !== 'trap') return;
    const { source } = port;
    yield step`complete the interrupt of source ${source} of the PLIC: the next one can come`;
    delivery.devices.complete(source);
  }

  /** The upcall of a vCPU that is pending comes now. */
  *deliver(vcpu: number): Narration {
    if (!this.isUpcallPending(vcpu)) {
      yield step`upcall_pending of vCPU ${vcpu} is clear: there is none`;
      return;
    }
    yield step`upcall_pending of vCPU ${vcpu} is set: the upcall comes`;
    this.vm.vcpus[vcpu]?.upcall();
  }

  /** Whether the words of a vCPU say that an upcall is pending. */
  isUpcallPending(vcpu: number): boolean {
    return this.page !== undefined && this.page.byte(vcpu, sharedWords.upcallPending) !== 0;
  }

  /** An upcall is pending: the interrupt by which this guest is told. */
  interrupt(): void {
    if (this.delivery.kind === 'interrupt') this.delivery.line.setLevel(true);
  }

  /** The VMM looks at the words again: where no upcall is pending any more, nobody asks for that interrupt. */
  settleInterrupt(): void {
    const { delivery, vm } = this;
    if (delivery.kind === 'trap' || vm.vcpus.some((_, vcpu) => this.isUpcallPending(vcpu))) return;
    delivery.line.setLevel(false);
  }

  /** What a port is for and how it stands, in words. */
  describe(number: number): string {
    const port = this.ports.get(number);
    if (!port) return 'free';
    const isPending = this.page?.isPending(number) ? ', pending' : '';
    const isMasked = this.page?.isMasked(number) ? ', masked' : '';
    return `${purposeOf(port)}${isPending}${isMasked}`;
  }

  state(): SavedPorts {
    return [...this.ports].sort(([a], [b]) => a - b).map(([number, is]) => ({ number, is }));
  }

  restore(saved: SavedPorts): void {
    this.ports.clear();
    for (const { number, is } of saved) this.ports.set(number, is);
  }

  /** A port's vCPU is told, unless it has been and has not looked yet. */
  private *announce(number: number, { vcpu }: Port): Narration {
    const { page, vm } = this;
    const doubleword = Math.floor(number / 64);
    yield step`set bit ${doubleword}, of its doubleword, in pending_sel of vCPU ${vcpu}`;
    if (!page?.select(vcpu, number)) {
      yield step`it was set already: the vCPU has been told, and has not looked there yet`;
      return;
    }
    yield step`set upcall_pending of vCPU ${vcpu}`;
    if (this.isUpcallPending(vcpu)) return;
    page.setByte(vcpu, sharedWords.upcallPending, 1);
    vm.vcpus[vcpu]?.upcall();
  }
}

function purposeOf(port: Port): string {
  switch (port.kind) {
    case 'unbound':
      return `unbound, for VM ${port.vm}`;
    case 'interdomain':
      return `bound to port ${port.port} of VM ${port.vm}`;
    case 'virq':
      return `the hypervisor's ${port.virq}`;
    case 'ipi':
      return `IPIs to vCPU ${port.vcpu}`;
    case 'pirq':
      return `source ${port.source} of the PLIC`;
  }
}

/** Whether a port is for something of the hypervisor's. @param vcpu whose timer it is; of the others there is one of the VM */
export function isVirq(port: Port, virq: Virq, vcpu: number): boolean {
  return port.kind === 'virq' && port.virq === virq && (virq !== 'timer' || port.vcpu === vcpu);
}
