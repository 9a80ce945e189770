/**
 * What must be pending where, by the rules alone: those of Xen's event channels of two levels (xen/common/event_channel.c, event_2l.c), with sets in place of
 * a page. It knows nothing of the VMM's own account.
 */

export const FAILED = -1;
export const NOT_SUPPORTED = -2;
export const INVALID_PARAM = -3;
export const DENIED = -4;
export const ALREADY_AVAILABLE = -6;

type End = { readonly vm: number; readonly port: number };

interface ModelPort {
  /** Who may bind, or is bound; absent of those of the hypervisor and of IPIs. */
  readonly guest?: number;
  /** Undefined while nobody is bound. */
  other?: End | undefined;
  readonly virq?: number;
  readonly ipi?: true;
  vcpu: number;
}

/** A VM's part of the model. */
export class ModelVm {
  readonly ports = new Map<number, ModelPort>();
  readonly pending = new Set<number>();
  readonly masked = new Set<number>();
  /** By vCPU. */
  readonly upcall: boolean[];
  readonly selected: bigint[];

  constructor(readonly vcpus: number) {
    this.upcall = new Array<boolean>(vcpus).fill(false);
    this.selected = new Array<bigint>(vcpus).fill(0n);
  }
}

interface ModelAnswer {
  readonly error: number;
  readonly value: number;
}
const value = (value: number): ModelAnswer => ({ error: 0, value });
const error = (error: number): ModelAnswer => ({ error, value: 0 });

export class ChannelModel {
  constructor(readonly vms: ModelVm[]) {}

  private vm(id: number): ModelVm {
    const vm = this.vms[id];
    if (!vm) throw new RangeError(`VM ${id}`);
    return vm;
  }

  private take({ ports }: ModelVm, port: ModelPort): number {
    let number = 1;
    while (ports.has(number)) number++;
    ports.set(number, port);
    return number;
  }

  allocate(caller: number, guest: number): ModelAnswer {
    if (!this.vms[guest]) return error(INVALID_PARAM);
    return value(this.take(this.vm(caller), { guest, vcpu: 0 }));
  }

  bind(caller: number, remote: number, port: number): ModelAnswer {
    const there = this.vms[remote]?.ports.get(port);
    if (there?.guest === undefined || there.other) return error(INVALID_PARAM);
    if (there.guest !== caller) return error(DENIED);
    const local = this.take(this.vm(caller), { guest: remote, other: { vm: remote, port }, vcpu: 0 });
    there.other = { vm: caller, port: local };
    this.set(caller, local);
    return value(local);
  }

  virq(caller: number, virq: number): ModelAnswer {
    if (virq === 0) return error(NOT_SUPPORTED);
    if (virq > 2) return error(INVALID_PARAM);
    const vm = this.vm(caller);
    if ([...vm.ports.values()].some((port) => port.virq === virq)) return error(ALREADY_AVAILABLE);
    return value(this.take(vm, { virq, vcpu: 0 }));
  }

  ipi(caller: number, vcpu: number): ModelAnswer {
    const vm = this.vm(caller);
    return vcpu < vm.vcpus ? value(this.take(vm, { ipi: true, vcpu })) : error(INVALID_PARAM);
  }

  send(caller: number, number: number): ModelAnswer {
    const port = this.vm(caller).ports.get(number);
    if (!port || port.virq !== undefined) return error(INVALID_PARAM);
    if (port.ipi) this.set(caller, number);
    else if (port.other) this.set(port.other.vm, port.other.port);
    return value(0);
  }

  close(caller: number, number: number): ModelAnswer {
    const vm = this.vm(caller);
    const port = vm.ports.get(number);
    if (!port) return error(INVALID_PARAM);
    vm.ports.delete(number);
    vm.pending.delete(number);
    if (port.other) {
      const { vm: peer, port: remote } = port.other;
      const { vcpu = 0 } = this.vm(peer).ports.get(remote) ?? {};
      this.vm(peer).ports.set(remote, { guest: caller, vcpu });
    }
    return value(0);
  }

  unmask(caller: number, number: number): ModelAnswer {
    const vm = this.vm(caller);
    if (!vm.ports.has(number)) return error(INVALID_PARAM);
    if (vm.masked.delete(number) && vm.pending.has(number)) this.tell(vm, number);
    return value(0);
  }

  route(caller: number, number: number, vcpu: number): ModelAnswer {
    const vm = this.vm(caller);
    const port = vm.ports.get(number);
    if (!port || vcpu >= vm.vcpus) return error(INVALID_PARAM);
    if (port.ipi) return error(DENIED);
    port.vcpu = vcpu;
    return value(0);
  }

  /** Something of the hypervisor's has happened. */
  happened(id: number, virq: number): void {
    for (const [number, port] of this.vm(id).ports) if (port.virq === virq) this.set(id, number);
  }

  /** A VM begins anew. */
  restart(id: number): void {
    const vm = this.vm(id);
    for (const number of [...vm.ports.keys()]) this.close(id, number);
    this.vms[id] = new ModelVm(vm.vcpus);
  }

  private set(id: number, number: number): void {
    const vm = this.vm(id);
    if (vm.pending.has(number)) return;
    vm.pending.add(number);
    if (!vm.masked.has(number)) this.tell(vm, number);
  }

  private tell(vm: ModelVm, number: number): void {
    const { vcpu = 0 } = vm.ports.get(number) ?? {};
    const bit = 1n << BigInt(number >> 6);
    const selected = vm.selected[vcpu] ?? 0n;
    if ((selected & bit) !== 0n) return;
    vm.selected[vcpu] = selected | bit;
    vm.upcall[vcpu] = true;
  }
}
