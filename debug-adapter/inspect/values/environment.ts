import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { Debuggee } from '../../debuggee';
import type { Debugging } from '../../debugging';
import { MachineEnvironment } from '../../expression/machine-environment';
import { RequestError } from '../../request-error';
import { frameVariables } from '../frames/handler-frames';

/** What names mean in a frame; without one, at the CPU that stopped last. @throws RequestError for a frame of an earlier stop */
export function environmentOf(
  debugging: Debugging,
  frameId: number | undefined,
  readOnly?: string,
): { readonly cpu: CpuState; readonly debuggee: Debuggee; readonly environment: MachineEnvironment } {
  const { machine } = debugging.stopped;
  const frame = frameId === undefined ? undefined : debugging.frames.get(frameId);
  if (frameId !== undefined && frameId !== 0 && !frame) throw new RequestError(`there is no frame ${frameId} any more`);
  const cpu = frame?.cpu ?? debugging.presentCpu;
  const debuggee = machine.guestOf(cpu);
  const variables = frame?.kind === 'vmm' ? frameVariables(frame.handler, frame.frame) : undefined;
  return {
    cpu,
    debuggee,
    environment: new MachineEnvironment(debuggee, cpu, {
      ...(variables ? { variables } : {}),
      ...(readOnly === undefined ? {} : { readOnly }),
    }),
  };
}
