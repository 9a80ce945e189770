import type { RunState } from '../../simulator/hypervisor/runnable';
import type { Vcpu } from '../../simulator/hypervisor/vcpu';
import type { Vm } from '../../simulator/hypervisor/vm';
import type { DebuggedMachine } from '../debugged-machine';
import type { Debuggee } from '../debuggee';
import type { Running } from '../debugging';
import { exitTotals } from '../inspect/exit-counts';
import type { VcpuState, VmState, Vms } from '../protocol';
import { vmEndText } from '../run/ending';

/** In words, as views and commands say it. */
const stateNames: Readonly<Record<RunState, VcpuState['state']>> = {
  running: 'running',
  runnable: 'ready',
  blocked: 'waiting',
  off: 'off',
};

/** What a VM does is what the busiest of its vCPUs does. */
const busiestFirst: readonly RunState[] = ['running', 'runnable', 'blocked', 'off'];

/** The virtual machines side by side: what they do, and what they have had of the host. None on the bare machine. */
export function virtualMachines({ machine, use }: Running): Vms {
  const { clock, harts } = machine.system.machine;
  return {
    clock: clock.now(),
    harts: harts.length,
    vms: machine.guests.flatMap((guest) => (guest.vm ? [showVm(machine, guest, guest.vm, use.of(guest.vm))] : [])),
  };
}

function showVm(machine: DebuggedMachine, guest: Debuggee, vm: Vm, processor: VmState['processor']): VmState {
  const { running, ready, waiting, stolen, switches } = vm.measures;
  const { weight, cap, pin } = vm.share;
  return {
    name: vm.name,
    engine: engineOf(machine, vm),
    ...stateOf(vm),
    processor,
    share: { weight, cap, pin: [...pin] },
    memory: { guest: vm.memoryTaken.guest, tables: vm.memoryTaken.tables },
    exits: exitTotals(guest).exits,
    running,
    ready,
    waiting,
    stolen,
    switches,
    vcpus: vm.vcpus.map((vcpu) => showVcpu(machine, vcpu)),
  };
}

function showVcpu(machine: DebuggedMachine, { id, cpu, run, on, retired }: Vcpu): VcpuState {
  return {
    id,
    threadId: machine.threadOf(cpu),
    state: stateNames[run],
    ...(on ? { hart: on.id } : {}),
    instructions: retired,
  };
}

function stateOf(vm: Vm): Pick<VmState, 'state' | 'reason'> {
  const { end, vcpus } = vm;
  const { isPaused } = vm.life;
  if (end) return { state: 'ended', reason: vmEndText(end) };
  const run = busiestFirst.find((each) => vcpus.some((vcpu) => vcpu.run === each)) ?? 'off';
  const lacksMemory = vcpus.some(({ wait }) => wait?.kind === 'frames');
  const reason = isPaused ? 'paused' : lacksMemory ? 'for memory of the host' : undefined;
  return { state: stateNames[run], ...(reason === undefined ? {} : { reason }) };
}

function engineOf({ system }: DebuggedMachine, { id }: Vm): string {
  const { neighbours, virtualization } = system.configuration;
  return neighbours?.vms[id]?.engine ?? virtualization;
}
