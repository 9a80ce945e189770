import type { Hart } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Step } from '../../simulator/machine/narration';
import type { MachineStop } from '../../simulator/machine/stop';
import type { Trap } from '../../simulator/machine/trap';

/** How a plan wants the machine to run on. Breakpoints and exception filters of the user end a leg, and the plan, by themselves. */
export interface Leg {
  /** Instructions to retire; `Infinity` for as many as it takes. */
  readonly instructions: number;
  /** Virtual addresses at which to stop, beside the user's breakpoints. */
  readonly until?: ReadonlySet<bigint>;
  readonly stopAtStep?: (step: Step, handler: ActiveHandler) => boolean;
  readonly stopAtGuestTrap?: (trap: Trap, hart: Hart) => boolean;
  readonly stopAtHandlerEnd?: boolean;
}

/** Why the machine stands still, as a `stopped` event tells it. */
export interface Stop {
  readonly reason:
    | 'step'
    | 'breakpoint'
    | 'exception'
    | 'pause'
    | 'entry'
    | 'goto'
    | 'function breakpoint'
    | 'data breakpoint'
    | 'instruction breakpoint';
  /** Whose stop it is. */
  readonly cpu: CpuState;
  /** Beside the thread's name: what happened, when the reason does not say it. */
  readonly description?: string;
  /** Details. */
  readonly text?: string;
  readonly hitBreakpointIds?: readonly number[];
  /** Of an exception: for `exceptionInfo`. */
  readonly exception?: { readonly id: string; readonly description: string };
  /** It is where what was followed has come: see `follow`. */
  readonly isFollowed?: true;
  /** The stop is in the body of a macro or repetition, at the user's wish: its lines are shown, not that of the call. */
  readonly inBody?: boolean;
  /** How many inlined functions that begin at the guest's instruction are not shown as entered; absent where nobody has said so yet. */
  readonly hidden?: number;
}

/**
 * What a resume request wants, as a conversation: the plan asks for a leg, the machine runs it and tells why it came back, until the plan
 * is content. A plan lives no longer than the resume.
 */
export type Plan = Generator<Leg, Stop, MachineStop>;

/** A part of a plan that ends with what the machine said last. */
export type PlanPart<Result = MachineStop> = Generator<Leg, Result, MachineStop>;
