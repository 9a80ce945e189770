import { evaluate } from '../../simulator/expression/evaluate';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { Debuggee } from '../debuggee';
import type { Debugging } from '../debugging';
import { MachineEnvironment } from '../expression/machine-environment';
import { parseMemoryReference } from '../inspect/memory';
import { parseThreadReference } from '../inspect/thread-reference';
import { hasTwoStages, inWorld, worldsOf } from '../inspect/worlds';
import type { WorldName } from '../protocol';
import { RequestError } from '../request-error';
import { addressMeaning } from '../views/address';
import { controlState } from '../views/control-state';
import { exitList } from '../views/exits';
import { inlineValues } from '../views/inline-values';
import { lastTrap } from '../views/last-trap';
import { memoryContent } from '../views/memory/content';
import { symbolList } from '../views/memory/symbols';
import { narration } from '../views/narration';
import { pageTable } from '../views/page-table';
import { virtioDevices } from '../views/queues';
import { rings } from '../views/rings';
import { runCost } from '../views/run-cost';
import { secondStageTable } from '../views/second-stage';
import { timeline } from '../views/timeline';
import { tlbContent } from '../views/tlb';
import { translation } from '../views/translation';
import { virtualMachines } from '../views/vms';
import type { Handlers } from './handlers';

/** Requests of the extension's views. They have no side effect on the machine, but for console input. */
export function viewRequests(debugging: Debugging): Handlers {
  return {
    'hyperstep/about'({ threadId, frameId }) {
      const { machine, cpu } = debugging.thread(threadId);
      const about = (frameId === undefined ? undefined : debugging.frames.get(frameId))?.cpu ?? cpu;
      return { threadId: machine.threadOf(about), ...(machine.isShared ? { name: machine.nameOf(about) } : {}) };
    },

    'hyperstep/narration'({ threadId }) {
      const thread = debugging.thread(threadId);
      return narration(thread, thread.cpu);
    },

    'hyperstep/address'({ threadId, memoryReference }) {
      const { cpu } = debugging.thread(threadId);
      const named = parseThreadReference(debugging.stopped.machine, memoryReference, cpu);
      return addressMeaning(debugging.inspected(named.cpu), named.cpu, parseMemoryReference(named.reference));
    },

    'hyperstep/worlds'({ threadId }) {
      const { debuggee, cpu } = debugging.thread(threadId);
      const trap = lastTrap(debuggee, cpu);
      const worlds = worldsOf(debuggee, cpu).map(({ name, why, ...mode }) => {
        return { name, why, twoStages: hasTwoStages(debuggee, inWorld(cpu, mode)) };
      });
      return { worlds, ...(trap ? { trap } : {}) };
    },

    'hyperstep/pageTable'({ threadId, world, path, stage }) {
      const { debuggee, cpu } = worldOfThread(debugging, threadId, world);
      return stage === 'second' ? secondStageTable(debuggee, cpu, path) : pageTable(debuggee, cpu, path);
    },

    'hyperstep/translate'({ threadId, world, address, access }) {
      const { debuggee, cpu } = worldOfThread(debugging, threadId, world);
      return translation(debuggee, cpu, virtualAddress(debuggee, cpu, address), access);
    },

    'hyperstep/tlb'({ threadId }) {
      const { debuggee, cpu } = debugging.thread(threadId);
      return tlbContent(debuggee, cpu);
    },

    'hyperstep/queues'({ threadId }) {
      return { devices: virtioDevices(debugging.thread(threadId).debuggee) };
    },

    'hyperstep/memory'({ threadId, world, ...wanted }) {
      const { cpu } = worldOfThread(debugging, threadId, world);
      return memoryContent(debugging.inspected(cpu), debugging.book, cpu, wanted);
    },

    'hyperstep/symbols'({ threadId, world, contains, count }) {
      const { cpu } = worldOfThread(debugging, threadId, world);
      return symbolList(debugging.inspected(cpu), cpu, contains, count);
    },

    'hyperstep/rings'({ threadId }) {
      return rings(debugging.thread(threadId));
    },

    'hyperstep/controlState'({ threadId }) {
      const { debuggee, cpu } = debugging.thread(threadId);
      return controlState(debuggee, cpu);
    },

    'hyperstep/timeline'({ most, ...asked }) {
      return timeline(debugging.stopped, asked, most);
    },

    'hyperstep/exits'({ threadId, vm, guest: own, count, reasons, columns }) {
      const { stopped } = debugging;
      const { machine } = stopped;
      const cpu = threadId === undefined ? undefined : machine.cpuOfThread(threadId);
      const guest = vm === undefined ? cpu && machine.guestOf(cpu) : machine.guestNamed(vm);
      return exitList(stopped, { cpu, guest, own, reasons }, { count, columns });
    },

    'hyperstep/runCost'() {
      const { machine, ownGuests } = debugging.stopped;
      return runCost(machine, ownGuests);
    },

    // Also while the machine runs: between two slices of it.
    'hyperstep/vms'() {
      return virtualMachines(debugging.running);
    },

    'hyperstep/operateVm'({ vm, operation }) {
      const { machine } = debugging.running;
      const { guest, vm: operated } = machine.guestNamed(vm);
      const refusal = operated?.life.refusalOf(operation);
      if (refusal !== undefined) return { done: false, refusal: `${vm} ${refusal}` };
      const done = machine.system.operate(guest, operation);
      if (done) actedUpon(debugging);
      return { done };
    },

    'hyperstep/setMemoryTarget'({ vm, memory }) {
      const { machine } = debugging.running;
      const refusal = machine.system.setMemoryTarget(machine.guestNamed(vm).guest, memory);
      if (refusal !== undefined) return { done: false, refusal: `${vm} ${refusal}` };
      actedUpon(debugging);
      return { done: true };
    },

    'hyperstep/inlineValues'({ frameId, path, startLine, endLine }) {
      const frame = debugging.frames.get(frameId);
      if (!frame) throw new RequestError(`there is no frame ${frameId} any more`);
      return { values: inlineValues(debugging.inspected(frame.cpu), frame, path, startLine, endLine) };
    },

    'hyperstep/consoleInput'({ text, vm }) {
      const { machine, control } = debugging.running;
      const { guest } = vm === undefined ? machine.firstGuest : machine.guestNamed(vm);
      machine.system.input(new TextEncoder().encode(text), guest);
      control.inputArrived();
      return {};
    },
  };
}

/** Something was done to the machine from outside: one that waits goes on by that. Of one that runs, views hear when it stops. */
function actedUpon(debugging: Debugging): void {
  const { control } = debugging.running;
  control.inputArrived();
  if (debugging.hasMachine && !control.isRunning) debugging.changed();
}

/** The CPU of a thread as the software of one of its worlds sees it, of the first one when none is named. @throws RequestError */
function worldOfThread(debugging: Debugging, threadId: number, name: WorldName | undefined) {
  const { debuggee, cpu } = debugging.thread(threadId);
  const worlds = worldsOf(debuggee, cpu);
  const found = name === undefined ? worlds[0] : worlds.find((each) => each.name === name);
  if (!found)
    throw new RequestError(
      `there is no ${name}-mode here, but ${worlds.map((each) => `${each.name}-mode`).join(', ')}`,
    );
  return { debuggee, cpu: inWorld(cpu, found) };
}

/** The guest-virtual address that an expression has as its value. @throws RequestError */
function virtualAddress(debuggee: Debuggee, cpu: CpuState, expression: string): bigint {
  const environment = new MachineEnvironment(debuggee, cpu, { readOnly: 'a translation changes nothing' });
  const { type, bits } = evaluate(expression, environment);
  if (type.space !== undefined && type.space !== 'gva')
    throw new RequestError(`'${expression}' is no guest-virtual address: it is one already translated`);
  return bits;
}
