import { type Component, componentOf, type FieldProblem, stateSchema } from '../../schema/state/component';
import { listOf } from '../../schema/state/fields';
import type { EventChannels } from './event-channels';
import { type Port, type SavedPorts, savedPorts } from './port';

/** The ports of all VMs of a host: a channel has two ends, which have to know of each other. @param channels by their VMs' ids */
export function savedChannels(channels: readonly EventChannels[]): Component {
  const schema = stateSchema(
    'event-channels',
    1,
    { vms: listOf(savedPorts, { exactly: channels.length }) },
    ({ vms }): FieldProblem | undefined => {
      const byNumber = vms.map((ports) => new Map(ports.map(({ number, is }) => [number, is])));
      for (const [vm, ports] of vms.entries()) {
        const wrong = problemOfVm(ports, channels[vm], vms.length) ?? problemOfEnds(ports, vm, byNumber);
        if (wrong) return { path: ['vms', vm, ...wrong.path], problem: wrong.problem };
      }
      return undefined;
    },
  );
  return componentOf(schema, {
    state: () => ({ vms: channels.map((each) => [...each.state()]) }),
    restore: ({ vms }) => {
      for (const [vm, ports] of vms.entries()) channels[vm]?.restore(ports);
    },
  });
}

/** What is wrong with the ports of a VM beside each other. @param vms of the host */
function problemOfVm(ports: SavedPorts, channels: EventChannels | undefined, vms: number): FieldProblem | undefined {
  const taken = new Set<string>();
  for (const [index, { number, is }] of ports.entries()) {
    if (number <= (ports[index - 1]?.number ?? 0))
      return { path: [index, 'number'], problem: 'must be above that of the port before it' };
    const wrong = problemOfPort(is, channels, vms);
    if (wrong) return { path: [index, 'is', ...wrong.path], problem: wrong.problem };
    const thing = thingOf(is);
    if (thing !== undefined && taken.has(thing))
      return { path: [index, 'is'], problem: 'must be for something that no other port is for' };
    if (thing !== undefined) taken.add(thing);
  }
  return undefined;
}

function problemOfPort(port: Port, channels: EventChannels | undefined, vms: number): FieldProblem | undefined {
  if (!channels?.page) return { path: ['kind'], problem: 'must not be: the VM shares no page' };
  const { vcpus } = channels.vm;
  if (port.vcpu >= vcpus.length) return { path: ['vcpu'], problem: `must be a vCPU from 0 to ${vcpus.length - 1}` };
  if ((port.kind === 'unbound' || port.kind === 'interdomain') && port.vm >= vms)
    return { path: ['vm'], problem: `must be a VM from 0 to ${vms - 1}` };
  const isByTrap = port.kind === 'pirq' || (port.kind === 'virq' && port.virq === 'timer');
  return isByTrap && channels.delivery.kind !== 'trap'
    ? { path: ['kind'], problem: 'must be one that goes by a port under this engine' }
    : undefined;
}

/** Of what there is one port at the most. */
function thingOf(port: Port): string | undefined {
  if (port.kind === 'pirq') return `source ${port.source}`;
  if (port.kind !== 'virq') return undefined;
  return port.virq === 'timer' ? `timer of ${port.vcpu}` : port.virq;
}

/** What is wrong with the ends of channels. @param byNumber the ports of each VM */
function problemOfEnds(
  ports: SavedPorts,
  vm: number,
  byNumber: readonly ReadonlyMap<number, Port>[],
): FieldProblem | undefined {
  for (const [index, { number, is }] of ports.entries()) {
    if (is.kind !== 'interdomain') continue;
    const other = byNumber[is.vm]?.get(is.port);
    const leadsBack = other?.kind === 'interdomain' && other.vm === vm && other.port === number;
    if (!leadsBack || (is.vm === vm && is.port === number))
      return {
        path: [index, 'is', 'port'],
        problem: `must be another port, of VM ${is.vm}, whose other end is port ${number} of VM ${vm}`,
      };
  }
  return undefined;
}
