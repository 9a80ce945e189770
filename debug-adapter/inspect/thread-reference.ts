import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { DebuggedMachine } from '../debugged-machine';
import type { MachineOfGuests } from '../debuggee';
import { RequestError } from '../request-error';

/** A memory reference, and the CPU as which it is meant. */
export interface ThreadReference {
  readonly reference: string;
  readonly cpu: CpuState;
}

/**
 * A memory reference that says whose it is where there are several guests, by the thread: `0x80200000@2`. For clients a reference is a name;
 * with one guest it stays the plain address.
 */
export function threadReference(machine: MachineOfGuests, cpu: CpuState, reference: string): string {
  return machine.isShared ? `${reference}@${machine.threadOf(cpu)}` : reference;
}

/** @param present as whose a plain reference is meant @throws RequestError when there is no such thread */
export function parseThreadReference(machine: DebuggedMachine, text: string, present: CpuState): ThreadReference {
  const [, reference, thread] = /^(.*)@(\d+)$/.exec(text) ?? [];
  if (reference === undefined) return { reference: text, cpu: present };
  if (!machine.isShared) throw new RequestError(`'${text}' names a thread, and there is one guest only`);
  return { reference, cpu: machine.cpuOfThread(Number(thread)) };
}
