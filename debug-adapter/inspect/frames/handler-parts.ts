import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { EnteredVcpu, FreeHart } from '../../../simulator/hypervisor/switch-worlds';
import type { ActiveHandler } from '../../../simulator/machine/hosted-software';
import type { Crossing } from '../../../simulator/machine/narration';
import type { MachineOfGuests } from '../../debuggee';
import { type HandlerFrame, handlerCrossings, handlerFrames } from './handler-frames';

/** A part of a handler's path, between two crossings from one world into another. */
export interface HandlerPart {
  /** For whom it works: a vCPU, or the hart itself. */
  readonly cpu: CpuState;
  /** Innermost first. */
  readonly frames: readonly HandlerFrame[];
  /** By which the path has come here. */
  readonly crossing: Crossing;
  /** What that is: the hart's trap; the way to the vCPU that is entered, or from the one that was left; or into another software. */
  readonly by: 'trap' | 'entry' | 'leave' | 'call';
  /** Whether the handler has left a vCPU, or is to enter one: then it works no longer for whoever trapped. */
  readonly isSwitched: boolean;
}

/** The parts of a handler's path, innermost first; the last one is what its hart has trapped into. @param cpu for whom it works now */
export function handlerParts(machine: MachineOfGuests, cpu: CpuState, handler: ActiveHandler): HandlerPart[] {
  const frames = handlerFrames(handler);
  const crossings = handlerCrossings(handler);
  const isSwitched = crossings.some(isSwitch);
  return crossings.map((crossing, index) => {
    const from = crossings[index - 1]?.sites ?? 0;
    return {
      cpu: isSwitched ? (actorIn(machine, crossings.slice(index), handler) ?? cpu) : cpu,
      frames: frames.slice(from, crossing.sites),
      crossing,
      by: index === crossings.length - 1 ? 'trap' : kindOf(crossing),
      isSwitched,
    };
  });
}

function kindOf({ into }: Crossing): 'entry' | 'leave' | 'call' {
  if (into instanceof EnteredVcpu) return 'entry';
  return into instanceof FreeHart ? 'leave' : 'call';
}

const isSwitch = (crossing: Crossing): boolean => kindOf(crossing) !== 'call';

/** For whom a handler works behind these crossings, innermost first: who was left, where none of them is of a world switch. */
function actorIn(
  machine: MachineOfGuests,
  crossings: readonly Crossing[],
  { hart }: ActiveHandler,
): CpuState | undefined {
  const into = crossings.find(isSwitch)?.into;
  const left = machine.system.hypervisor?.ledger.handling?.left;
  const vcpu = into instanceof EnteredVcpu ? into.vcpu : into ? undefined : left;
  return vcpu ? machine.cpuNamed(vcpu) : machine.host?.cpus[hart.id];
}
