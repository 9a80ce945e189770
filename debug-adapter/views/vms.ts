import type { RunState, Wait } from '../../simulator/hypervisor/runnable';
import { sumOfHistories } from '../../simulator/hypervisor/time-history';
import type { Vcpu } from '../../simulator/hypervisor/vcpu';
import type { Vm } from '../../simulator/hypervisor/vm';
import { VM_OPERATIONS } from '../../simulator/hypervisor/vm-operation';
import type { DebuggedMachine } from '../debugged-machine';
import type { Debuggee } from '../debuggee';
import type { Running } from '../debugging';
import { exitTotals } from '../inspect/exit-counts';
import { percentOf } from '../inspect/processor-use';
import type { VcpuState, VmState, Vms } from '../protocol';
import { vmEndText } from '../run/ending';
import { showHistory } from './history';
import { ownGuests } from './own-guests';

/** In words, as views and commands say it. */
export const stateNames: Readonly<Record<RunState, VcpuState['state']>> = {
  running: 'running',
  runnable: 'ready',
  blocked: 'waiting',
  off: 'off',
};

/** What a VM does is what the busiest of its vCPUs does. */
const busiestFirst: readonly RunState[] = ['running', 'runnable', 'blocked', 'off'];

/**
 * The virtual machines side by side: what they do, and what they have had of the host. On the bare machine there are none but the guests of a
 * hypervisor of the user's own.
 */
export function virtualMachines(running: Running): Vms {
  const { machine, use } = running;
  const own = ownGuests(running);
  const { hypervisor } = machine.system;
  const { clock, harts } = machine.system.machine;
  const accounts = hypervisor?.vms.flatMap(({ vcpus }) => vcpus.map(({ account }) => account)) ?? [];
  const host: Host = {
    machine,
    // Histories are compared column by column: all are up to the same instant.
    now: Math.max(clock.now(), ...accounts.map(({ told }) => told)),
    entitled: hypervisor?.entitlements() ?? new Map(),
  };
  return {
    clock: clock.now(),
    harts: harts.length,
    vms: machine.guests.flatMap((guest) => (guest.vm ? [showVm(host, guest, guest.vm, use.of(guest.vm))] : [])),
    ...(own ? { own } : {}),
  };
}

/** What is to be known of the host to show one of its VMs. */
interface Host {
  readonly machine: DebuggedMachine;
  readonly now: number;
  readonly entitled: ReadonlyMap<Vm, number>;
}

function showVm(host: Host, guest: Debuggee, vm: Vm, processor: VmState['processor']): VmState {
  const { running, ready, waiting, stolen, switches } = vm.measures;
  const { weight, cap, pin } = vm.share;
  const { engine, memoryLimit } = configurationOf(host.machine, vm);
  const entitled = host.entitled.get(vm);
  return {
    name: vm.name,
    engine,
    ...stateOf(vm),
    processor,
    history: showHistory(sumOfHistories(vm.vcpus.map(({ account, spends }) => account.history(spends, host.now)))),
    share: { weight, cap, pin: [...pin], ...(entitled === undefined ? {} : { entitled }) },
    memory: {
      guest: vm.memoryTaken.guest,
      tables: vm.memoryTaken.tables,
      ...(memoryLimit === undefined ? {} : { limit: memoryLimit }),
    },
    exits: exitTotals(guest).exits,
    running,
    ready,
    waiting,
    stolen,
    switches,
    vcpus: vm.vcpus.map((vcpu) => showVcpu(host, vcpu)),
    refused: Object.fromEntries(
      VM_OPERATIONS.flatMap((operation) => {
        const reason = vm.life.refusalOf(operation);
        return reason === undefined ? [] : [[operation, reason]];
      }),
    ),
  };
}

function showVcpu({ machine, now }: Host, { id, cpu, run, spends, on, retired, account }: Vcpu): VcpuState {
  const { running, ready, waiting, stolen, switches } = account.measures(spends, now);
  return {
    id,
    threadId: machine.threadOf(cpu),
    state: stateNames[run],
    ...(on ? { hart: on.id } : {}),
    instructions: retired,
    total: percentOf(running, now),
    history: showHistory(account.history(spends, now)),
    ready,
    waiting,
    stolen,
    switches,
  };
}

function stateOf(vm: Vm): Pick<VmState, 'state' | 'reason'> {
  const { end, vcpus } = vm;
  const { isPaused } = vm.life;
  if (end) return { state: 'ended', reason: vmEndText(end) };
  const run = busiestFirst.find((each) => vcpus.some((vcpu) => vcpu.run === each)) ?? 'off';
  const waitsFor = (kind: Wait['kind']): boolean => vcpus.some(({ wait }) => wait?.kind === kind);
  const reason = isPaused
    ? 'paused'
    : waitsFor('frames')
      ? 'for memory of the host'
      : run === 'blocked' && waitsFor('events')
        ? 'for event channels'
        : undefined;
  return { state: stateNames[run], ...(reason === undefined ? {} : { reason }) };
}

function configurationOf(
  { system }: DebuggedMachine,
  { id }: Vm,
): { engine: string; memoryLimit?: number | undefined } {
  const { neighbours, virtualization } = system.configuration;
  return neighbours?.vms[id] ?? { engine: virtualization };
}
