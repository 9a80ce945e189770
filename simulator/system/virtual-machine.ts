import { engineNamed } from '../hypervisor/engines/index';
import { type DemandsOfEngine, Hypervisor, tablesOf } from '../hypervisor/hypervisor';
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
export const ONLY_VM = 'vm';

/** The VMs of a machine: several, or the one of a plain launch; undefined where the guest has the machine to itself. */
export function vmsOf(configuration: SystemConfiguration): readonly NeighbourConfiguration[] | undefined {
  const { neighbours, virtualization, harts } = configuration;
  if (neighbours) return neighbours.vms;
  if (virtualization === 'none') return undefined;
  const only = { name: ONLY_VM, engine: virtualization, vcpus: harts, share: EQUAL_SHARE, onCrash: 'stop' } as const;
  return [{ ...configuration, ...only }];
}

/**
 * Bytes of machine memory for a host, from the firmware's up.
 * @throws ConfigurationError where its VMs do not fit into what it is to have, or one takes more than it may
 */
export function hostMemory({ neighbours }: SystemConfiguration, vms: readonly NeighbourConfiguration[]): number {
  const { memory, overcommit = 'refuse' } = neighbours ?? {};
  for (const { name, memoryLimit, ...vm } of vms) {
    const tables = tablesOf(demandsOf(vm));
    const taken = overcommit === 'refuse' ? tables + vm.memory : tables;
    if (memoryLimit !== undefined && taken > memoryLimit)
      throw new ConfigurationError(
        `the VM ${name} takes ${inMiB(taken)} ${overcommit === 'refuse' ? "with the VMM's tables for it" : "for the VMM's tables alone"}, more than its memoryLimit of ${inMiB(memoryLimit)}`,
      );
  }
  const needed = Hypervisor.memoryFor(vms.map(demandsOf), overcommit);
  if (memory === undefined) {
    if (overcommit === 'refuse') return needed;
    throw new ConfigurationError(
      `overcommit "${overcommit}" needs to know what memory there is: say the host's memory`,
    );
  }
  if (needed > memory)
    throw new ConfigurationError(
      overcommit === 'refuse'
        ? `the VMs take ${inMiB(needed)} with the VMM's tables for them, and the host has ${inMiB(memory)}: give it more memory, or them less`
        : `the VMM's tables for the VMs take ${inMiB(needed)}, and the host has ${inMiB(memory)}: give it more memory`,
    );
  return memory;
}

/** The VMM of a machine. */
export function hypervisorOn(
  machine: Machine,
  { firmware }: HostMachine,
  { vmmTime = 'free', neighbours }: SystemConfiguration,
): Hypervisor {
  if (!firmware) throw new RangeError('a VMM needs firmware below it');
  const scheduler = (pcpus: () => readonly Pcpu[]): Scheduler => schedulerFor(neighbours?.scheduler, pcpus);
  const { overcommit = 'refuse', memoryPolicy = 'none' } = neighbours ?? {};
  return new Hypervisor(machine, firmware, { vmmTime, scheduler, overcommit, memoryPolicy });
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

function demandsOf({
  engine: id,
  memory,
  vcpus,
}: Pick<NeighbourConfiguration, 'engine' | 'memory' | 'vcpus'>): DemandsOfEngine {
  const engine = engineNamed(id);
  if (!engine) throw new RangeError(`there is no engine ${id}`);
  return { engine, memory, vcpus };
}

const MIB = 2 ** 20;
const inMiB = (bytes: number): string => `${Math.ceil(bytes / MIB)}M`;
