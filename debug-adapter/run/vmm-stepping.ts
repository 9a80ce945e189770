import type { GuestCpu } from '../../simulator/hypervisor/guest';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import { trapText } from './guest-stepping';
import type { Plan, Stop } from './plan';

export type VmmStepKind = 'in' | 'over' | 'out';

/**
 * To another step of the handler: the next one (in), the next one at this depth or shallower (over), the calling function's next one
 * (out). When there is none left, to the guest's next instruction.
 */
export function* stepVmm(cpu: GuestCpu, handler: ActiveHandler, kind: VmmStepKind): Plan {
  const depth = handler.trail.at(-1)?.callers.length ?? 0;
  const deepest = kind === 'in' ? Number.POSITIVE_INFINITY : kind === 'over' ? depth : depth - 1;
  const stop = yield {
    instructions: 1,
    stopAtStep: (step, active) => active === handler && step.callers.length <= deepest,
    stopAtGuestTrap: (_trap, hart) => hart === handler.hart,
    stopAtHandlerEnd: true,
  };
  const at = (description?: string): Stop => ({
    reason: 'step',
    cpu: cpu.id,
    ...(description === undefined ? {} : { description }),
  });
  if (stop.reason === 'guest-trap') return at(trapText(stop.trap));
  if (stop.reason === 'handler-end') return at(`back from the ${handler.software.name === 'vmm' ? 'VMM' : 'firmware'}`);
  return at();
}

/** Runs until something of the user's stops it. */
export function* run(): Plan {
  for (;;) yield { instructions: Number.POSITIVE_INFINITY };
}
