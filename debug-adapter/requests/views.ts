import type { GuestCpu } from '../../simulator/hypervisor/guest';
import type { Debuggee } from '../debuggee';
import type { Debugging } from '../debugging';
import { evaluate } from '../expression/evaluate';
import { MachineEnvironment } from '../expression/machine-environment';
import { parseMemoryReference } from '../memory';
import { RequestError } from '../request-error';
import { addressMeaning } from '../views/address';
import { exitList } from '../views/exits';
import { inlineValues } from '../views/inline-values';
import { narration } from '../views/narration';
import { pageTable } from '../views/page-table';
import { virtioDevices } from '../views/queues';
import { tlbContent } from '../views/tlb';
import { translation } from '../views/translation';
import type { Handlers } from './handlers';

/** Requests of the extension's views. They have no side effect on the machine, but for console input. */
export function viewRequests(debugging: Debugging): Handlers {
  return {
    'hyperstep/narration'({ threadId }) {
      const { stopped } = debugging;
      return narration(stopped, stopped.debuggee.cpuOfThread(threadId));
    },

    'hyperstep/address'({ threadId, memoryReference }) {
      const { stopped } = debugging;
      return addressMeaning(stopped, stopped.debuggee.cpuOfThread(threadId), parseMemoryReference(memoryReference));
    },

    'hyperstep/pageTable'({ threadId, path }) {
      const { debuggee } = debugging.stopped;
      return pageTable(debuggee, debuggee.cpuOfThread(threadId), path);
    },

    'hyperstep/translate'({ threadId, address, access }) {
      const { debuggee } = debugging.stopped;
      const cpu = debuggee.cpuOfThread(threadId);
      return translation(debuggee, cpu, virtualAddress(debuggee, cpu, address), access);
    },

    'hyperstep/tlb'({ threadId }) {
      const { debuggee } = debugging.stopped;
      return tlbContent(debuggee, debuggee.cpuOfThread(threadId));
    },

    'hyperstep/queues'({ threadId }) {
      const { debuggee } = debugging.stopped;
      debuggee.cpuOfThread(threadId);
      return { devices: virtioDevices(debuggee) };
    },

    'hyperstep/exits'({ threadId, count, reasons }) {
      const { stopped } = debugging;
      const cpu = threadId === undefined ? undefined : stopped.debuggee.cpuOfThread(threadId).id;
      return exitList(stopped, cpu, count, reasons);
    },

    'hyperstep/inlineValues'({ frameId, path, startLine, endLine }) {
      const frame = debugging.frames.get(frameId);
      if (!frame) throw new RequestError(`there is no frame ${frameId} any more`);
      return { values: inlineValues(debugging.stopped, frame, path, startLine, endLine) };
    },

    'hyperstep/consoleInput'({ text }) {
      const { debuggee, control } = debugging.running;
      debuggee.system.input(new TextEncoder().encode(text));
      control.inputArrived();
      return {};
    },
  };
}

/** The guest-virtual address that an expression has as its value. @throws RequestError */
function virtualAddress(debuggee: Debuggee, cpu: GuestCpu, expression: string): bigint {
  const environment = new MachineEnvironment(debuggee, cpu, { readOnly: 'a translation changes nothing' });
  const { type, bits } = evaluate(expression, environment);
  if (type.space !== undefined && type.space !== 'gva')
    throw new RequestError(`'${expression}' is no guest-virtual address: it is one already translated`);
  return bits;
}
