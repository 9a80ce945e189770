import type { Vm } from '../../simulator/hypervisor/vm';
import { KILL_REASONS, type VmEnd } from '../../simulator/hypervisor/vm-end';
import type { EndOfRun } from '../../simulator/machine/stop';
import type { DebuggedMachine } from '../debugged-machine';

/** How a run ends: the exit code is as the command line has it, absent when the run did not come to its end. */
export interface Ending {
  readonly how: string;
  readonly isFailure: boolean;
  readonly exitCode?: number;
}

type KnownEnding = Ending & { readonly exitCode: number };

/** Tells of each of several VMs once that it has ended. */
export class VmEnds {
  private readonly told = new Map<Vm, VmEnd>();

  constructor(private readonly machine: DebuggedMachine) {}

  /** Those that have ended since somebody asked last, in words. */
  news(): string[] {
    const { guests, isShared } = this.machine;
    if (!isShared) return [];
    return guests.flatMap(({ vm }) => {
      if (!vm?.end || this.told.get(vm) === vm.end) return [];
      this.told.set(vm, vm.end);
      return [`${vm.name} ${vmEndText(vm.end)}.`];
    });
  }
}

/** How the run of a machine has ended; of several virtual machines, how each of them has. */
export function endingOf(machine: DebuggedMachine, end: EndOfRun): KnownEnding {
  if (!machine.isShared) return describeEnd(end, 'The guest');
  const all = machine.guests.map(({ vm }) => describeVm(vm?.name ?? '', vm?.end, end));
  const failed = all.filter(({ isFailure }) => isFailure);
  return {
    how: all.map(({ how }) => how).join(' '),
    isFailure: failed.length > 0,
    exitCode: failed.length > 0 ? 1 : 0,
  };
}

/** How a VM has ended, after its name: `powered off`. */
export function vmEndText(end: VmEnd): string {
  switch (end.reason) {
    case 'power-off':
      return end.code === 0 ? 'powered off' : `powered off with the failure code ${end.code}`;
    case 'reset':
      return 'asked for a reset';
    case 'killed':
      return `was killed: ${KILL_REASONS[end.kind]}`;
  }
}

function describeVm(name: string, end: VmEnd | undefined, ofMachine: EndOfRun): KnownEnding {
  if (!end) return describeEnd(ofMachine, name);
  const code = end.reason === 'power-off' ? end.code : end.reason === 'killed' ? 1 : 0;
  return { how: `${name} ${vmEndText(end)}.`, isFailure: code !== 0, exitCode: code };
}

/** @param who ended so */
function describeEnd(end: EndOfRun, who: string): KnownEnding {
  switch (end.reason) {
    case 'power-off':
      return { how: `${who} ${vmEndText(end)}.`, isFailure: end.code !== 0, exitCode: end.code };
    case 'reset':
      return { how: `${who} ${vmEndText(end)}.`, isFailure: false, exitCode: 0 };
    case 'killed':
      return { how: `The VM was killed: ${end.why}.`, isFailure: true, exitCode: 1 };
    case 'trap-loop':
      return { how: `${who} traps for ever: its trap vector cannot be executed.`, isFailure: true, exitCode: 1 };
    case 'waiting-forever':
    case 'waiting-for-input':
      return { how: `${who} waits for ever: nothing can wake it.`, isFailure: true, exitCode: 1 };
  }
}
