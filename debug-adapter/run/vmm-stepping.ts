import type { Hart } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Debuggee, MachineOfGuests } from '../debuggee';
import { handlerCrossings } from '../inspect/frames/handler-frames';
import { trapText } from './guest-stepping';
import type { Plan, Stop } from './plan';

export type VmmStepKind = 'in' | 'over' | 'out';

/**
 * To another step of the handler: the next one (in), the next one at this depth or shallower (over), the calling function's next one
 * (out). When there is none left, to the guest's next instruction.
 */
export function* stepVmm(debuggee: Debuggee, cpu: CpuState, handler: ActiveHandler, kind: VmmStepKind): Plan {
  const depth = handler.trail.at(-1)?.callers.length ?? 0;
  const deepest = kind === 'in' ? Number.POSITIVE_INFINITY : kind === 'over' ? depth : depth - 1;
  const stop = yield {
    instructions: 1,
    stopAtStep: (step, active) => active === handler && step.callers.length <= deepest,
    stopAtGuestTrap: (_trap, hart) => hart === handler.hart,
    stopAtHandlerEnd: true,
  };
  // What a handler does after a world switch, it does for the vCPU entered.
  const at = (description?: string): Stop => ({
    reason: 'step',
    cpu: debuggee.machine.handler?.cpu ?? debuggee.machine.cpuOn(handler.hart) ?? cpu,
    ...(description === undefined ? {} : { description }),
  });
  if (stop.reason === 'guest-trap') return at(trapText(stop.trap));
  return stop.reason === 'handler-end' ? { reason: 'step', ...nextInGuest(debuggee.machine, cpu, handler) } : at();
}

/** Whose instruction comes next when a handler has ended. */
function nextInGuest(machine: MachineOfGuests, cpu: CpuState, handler: ActiveHandler) {
  const { hart } = handler;
  const back = `back from the ${handlerCrossings(handler).at(-1)?.into.name}`;
  const { harts, current } = machine.system.machine.scheduler.state();
  const canRun = (id: number): boolean => harts[id]?.lifecycle === 'started' && !harts[id].waiting;
  const left = leftBy(machine, hart);
  const running = machine.system.hypervisor?.runningOn(hart)?.cpu;
  const own = running ?? left ?? machine.cpuOn(hart) ?? cpu;
  const isOther = machine.host !== undefined && own !== left;
  if (canRun(hart.id)) return { cpu: own, description: isOther ? `${back}: ${machine.nameOf(own)} goes on` : back };
  const next = harts.map((_, index) => (current + index) % harts.length).find(canRun);
  const waits = machine.host ? `hart ${hart.id}` : machine.nameOf(own);
  const other = next === undefined ? undefined : machine.system.machine.harts[next];
  const entered = other && machine.cpuOn(other);
  if (entered) return { cpu: entered, description: `${back}: ${waits} waits, ${machine.nameOf(entered)} goes on` };
  const who = machine.host ? waits : `the ${machine.system.vm ? 'vCPU' : 'hart'}`;
  return { cpu: own, description: `${back}: ${who} waits for an interrupt` };
}

/** Who was left in a hart's last exit. */
function leftBy(machine: MachineOfGuests, hart: Hart): CpuState | undefined {
  const [last] = machine.system.hypervisor?.ledger.last(1, (record) => record.hart === hart.id) ?? [];
  return last?.left ? machine.cpuNamed(last.left) : undefined;
}

/** Runs until something of the user's stops it. */
export function* run(): Plan {
  for (;;) yield { instructions: Number.POSITIVE_INFINITY };
}
