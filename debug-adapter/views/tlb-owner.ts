import type { Hart } from '../../simulator/core/index';
import type { Vcpu } from '../../simulator/hypervisor/vcpu';
import type { TlbEntry } from '../../simulator/mmu/index';
import type { MachineOfGuests } from '../debuggee';

/**
 * Whose an entry of a hart's TLB is, where several VMs share the hart: `web vCPU 0: virtual S, SUM=0`, `db (VMID 2), its ASID 0`. Undefined
 * where it is nobody's any more.
 */
export function ownerOf(machine: MachineOfGuests, hart: Hart, entry: TlbEntry): string | undefined {
  const vcpus = vcpusOn(machine, hart);
  return entry.virtual ? guestOf(vcpus, entry) : spaceOf(machine, vcpus, entry);
}

/** By the VMID, which is a VM's; where there are none, the hart keeps only what is of the vCPU that it runs. */
function guestOf(vcpus: readonly Vcpu[], { vmid, asid, bare }: TlbEntry): string | undefined {
  const owner = vcpus.find((vcpu) =>
    vcpu.tables().some(({ role, tag }) => role === 'second-stage' && (tag ?? vmid) === vmid),
  );
  return owner && `${owner.vm.name} (VMID ${vmid}), ${bare ? 'vsatp Bare' : `its ASID ${asid}`}`;
}

/** By the ASID, which is of one address space of a vCPU. */
function spaceOf(machine: MachineOfGuests, vcpus: readonly Vcpu[], { asid }: TlbEntry): string | undefined {
  for (const vcpu of vcpus) {
    const space = vcpu.describeAsid(asid);
    if (space !== undefined) return `${machine.nameOf(vcpu.cpu)}: ${space}`;
  }
  return undefined;
}

/** Those of which a hart may have something: the one that it runs first. */
function vcpusOn({ system }: MachineOfGuests, hart: Hart): Vcpu[] {
  const all = system.hypervisor?.vms.flatMap(({ vcpus }) => vcpus) ?? [];
  const here = all.filter(({ lastHart }) => lastHart === hart);
  return [...here.filter(({ on }) => on === hart), ...here.filter(({ on }) => on !== hart)];
}
