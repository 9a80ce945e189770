import { engineNamed } from '../hypervisor/engines/index';
import { Hypervisor, memoryOf } from '../hypervisor/hypervisor';
import type { Pcpu } from '../hypervisor/pcpu';
import { CreditScheduler } from '../hypervisor/scheduler/credit';
import { PinnedScheduler } from '../hypervisor/scheduler/pinned';
import { RoundRobinScheduler } from '../hypervisor/scheduler/round-robin';
import type { Scheduler } from '../hypervisor/scheduler/scheduler';
import { EQUAL_SHARE } from '../hypervisor/scheduler/share';
import type { Machine } from '../machine/machine';
import type { NeighbourConfiguration, SchedulerConfiguration, SystemConfiguration } from './configuration';
import { ConfigurationError } from './configuration-error';
import type { HostMachine } from './host-machine';

/** What the VM of a plain launch is called. */
const ONLY = 'vm';

/** The VMs of a machine: several, or the one of a plain launch; undefined where the guest has the machine to itself. */
export function vmsOf(configuration: SystemConfiguration): readonly NeighbourConfiguration[] | undefined {
  const { neighbours, virtualization, harts } = configuration;
  if (neighbours) return neighbours.vms;
  if (virtualization === 'none') return undefined;
  const only = { name: ONLY, engine: virtualization, vcpus: harts, share: EQUAL_SHARE, onCrash: 'stop' } as const;
  return [{ ...configuration, ...only }];
}

/**
 * Bytes of machine memory for a host, from the firmware's up.
 * @throws ConfigurationError where its VMs do not fit into what it is to have, or one takes more than it may
 */
export function hostMemory({ neighbours }: SystemConfiguration, vms: readonly NeighbourConfiguration[]): number {
  for (const { name, memoryLimit, ...vm } of vms) {
    const taken = memoryOf(demandsOf(vm));
    if (memoryLimit !== undefined && taken > memoryLimit)
      throw new ConfigurationError(
        `the VM ${name} takes ${inMiB(taken)} with the VMM's tables for it, more than its memoryLimit of ${inMiB(memoryLimit)}`,
      );
  }
  const needed = Hypervisor.memoryFor(vms.map(demandsOf));
  const { memory } = neighbours ?? {};
  if (memory === undefined) return needed;
  if (needed > memory)
    throw new ConfigurationError(
      `the VMs take ${inMiB(needed)} with the VMM's tables for them, and the host has ${inMiB(memory)}: give it more memory, or them less`,
    );
  return memory;
}

/** The VMM of a machine. */
export function hypervisorOn(
  machine: Machine,
  { firmware }: HostMachine,
  { vmmTime = 'free', neighbours }: SystemConfiguration,
): Hypervisor {
  const scheduler = (pcpus: () => readonly Pcpu[]): Scheduler => schedulerFor(neighbours?.scheduler, pcpus);
  return new Hypervisor(machine, firmware, { vmmTime, scheduler });
}

function schedulerFor(wanted: SchedulerConfiguration | undefined, pcpus: () => readonly Pcpu[]): Scheduler {
  switch (wanted?.kind) {
    case 'round-robin':
      return new RoundRobinScheduler(pcpus, wanted.slice);
    case 'credit':
      return new CreditScheduler(pcpus, wanted.slice);
    default:
      return new PinnedScheduler(pcpus);
  }
}

function demandsOf({ engine: id, memory, vcpus }: Pick<NeighbourConfiguration, 'engine' | 'memory' | 'vcpus'>) {
  const engine = engineNamed(id);
  if (!engine) throw new RangeError(`there is no engine ${id}`);
  return { engine, memory, vcpus };
}

const MIB = 2 ** 20;
const inMiB = (bytes: number): string => `${Math.ceil(bytes / MIB)}M`;
