import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { DebuggedMachine } from '../debugged-machine';
import { hasTwoStages, inWorld, placedModeName, usesHypervisor, worldName } from './worlds';

/**
 * DAP's threads: the CPUs of all guests, and a hart while a handler works there for none of them. Of several guests each has its VM's name, and
 * while the machine stands still its mode; so has a hart on which a hypervisor of the user's own is at work, with the guest's VMID.
 */
export function threadsOf(machine: DebuggedMachine, isRunning: boolean): DebugProtocol.Thread[] {
  return machine.threads.map((cpu) => {
    const hasWorlds = machine.isShared || usesHypervisor(machine.guestOf(cpu), cpu);
    const mode = hasWorlds && !isRunning ? ` · ${modeOf(machine, cpu)}` : '';
    return { id: machine.threadOf(cpu), name: `${machine.nameOf(cpu)}${mode}` };
  });
}

/** As the hardware has it: a guest of the H extension's is in VS- or VU-mode, and believes itself to be in S or U. */
function modeOf(machine: DebuggedMachine, cpu: CpuState): string {
  if (!cpu.isStarted) return 'off';
  const guest = machine.guestOf(cpu);
  if (!guest.vm) return placedModeName(guest, cpu).replace('-mode', '');
  const virtual = hasTwoStages(guest, cpu);
  return worldName(guest, inWorld(cpu, { privilege: cpu.privilege, virtual }));
}
