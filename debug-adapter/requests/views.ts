import type { Debugging } from '../debugging';
import { RequestError } from '../request-error';
import { exitList } from '../views/exits';
import { inlineValues } from '../views/inline-values';
import { pageTable } from '../views/page-table';
import { virtioDevices } from '../views/queues';
import { tlbContent } from '../views/tlb';
import { translation } from '../views/translation';
import type { Handlers } from './handlers';

const MOST_EXITS = 1000;

/** Requests of the extension's views. They have no side effect on the machine, but for console input. */
export function viewRequests(debugging: Debugging): Handlers {
  return {
    'hyperstep/pageTable'({ threadId, path }) {
      const { debuggee } = debugging.stopped;
      return pageTable(debuggee, debuggee.cpuOfThread(threadId), path);
    },

    'hyperstep/translate'({ threadId, address, access }) {
      const { debuggee } = debugging.stopped;
      return translation(debuggee, debuggee.cpuOfThread(threadId), { address, access });
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

    'hyperstep/exits'({ threadId, count }) {
      const { stopped } = debugging;
      const cpu = threadId === undefined ? undefined : stopped.debuggee.cpuOfThread(threadId).id;
      if (count < 1 || count > MOST_EXITS) throw new RequestError(`count must be 1 to ${MOST_EXITS}`);
      return exitList(stopped, cpu, count);
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
