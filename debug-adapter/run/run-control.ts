import type { Hart } from '../../simulator/core/index';
import { TYPING_SLICE } from '../../simulator/guest-tests/console-script';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { RunRequest } from '../../simulator/machine/machine';
import type { Step } from '../../simulator/machine/narration';
import { Pace } from '../../simulator/machine/pace';
import { SliceSize } from '../../simulator/machine/slice-size';
import type { EndOfRun, MachineStop } from '../../simulator/machine/stop';
import type { Trap } from '../../simulator/machine/trap';
import type { DebuggedMachine } from '../debugged-machine';
import type { Host } from '../transport/host';
import type { Leg, Plan, Stop } from './plan';

/** Milliseconds for which the machine runs before messages that have arrived are looked at. */
const SLICE = 8;
/** Of one call of the machine, small enough that a slice of some ends in time. */
const portionBounds = { first: 20_000, smallest: 500, largest: 4_000_000, most: 6 };

/** What the user wants to be stopped at, whatever the plan. Each is asked at its moment, and may act (log, count) instead of stopping. */
export interface Watchers {
  /** The CPU is about to execute an instruction that has a breakpoint. */
  atBreakpoint(hart: Hart): Stop | undefined;
  /** A watched range of memory was touched. */
  atWatchpoint(hart: Hart, address: number, write: boolean): Stop | undefined;
  /** A handler is about to make a step. */
  atStep(step: Step, handler: ActiveHandler): Stop | undefined;
  /** Whether traps of the guest into its own handlers have to be seen. */
  readonly watchesGuestTraps: boolean;
  atGuestTrap(trap: Trap, hart: Hart): Stop | undefined;
  /** Whether something can only be seen by looking after every instruction. */
  readonly watchesEveryInstruction: boolean;
  afterInstruction(): Stop | undefined;
  /** The run is over. Undefined when the session is over with it. */
  atEnd(end: EndOfRun): Stop | undefined;
}

export interface RunListener {
  running(): void;
  stopped(stop: Stop): void;
  ended(end: EndOfRun): void;
  /** The machine itself failed: a fault of ours, after which it must not run on. */
  failed(error: unknown): void;
  /** After each slice: console output can be passed on. @param idle nothing follows for a while */
  sliced(idle: boolean): void;
}

/** The guest waits, for console input or up to an instant of the machine's clock. */
interface Waits {
  readonly waitsFor: 'input' | { readonly instant: number };
}

/** Why running comes to an end, or has to wait. */
type Outcome = Stop | { readonly end: EndOfRun } | Waits;

/** Runs the machine in slices of host time, so that requests are heard meanwhile; asks plan and watchers when to stop. */
export class RunControl {
  private plan: Plan | undefined;
  private leg: Leg = { instructions: 0 };
  /** Instructions that the leg still wants. */
  private left = 0;
  private passBreakpoint = false;
  private wantsPause: CpuState | undefined;
  private watched: Stop | undefined;
  private isDisposed = false;
  /** The guest waits: what it waits for, or a request, wakes the machine. */
  private waits: Waits | undefined;
  private readonly pace: Pace;
  private readonly portion = new SliceSize(portionBounds);

  constructor(
    private readonly machine: DebuggedMachine,
    private readonly host: Host,
    private readonly watchers: Watchers,
    private readonly listener: RunListener,
    private readonly installBreakpoints: (temporary: ReadonlySet<bigint>) => void,
  ) {
    this.pace = new Pace(machine.launch.pace);
  }

  get isRunning(): boolean {
    return this.plan !== undefined;
  }

  /** Runs by a plan until it is content or a watcher stops it. The first slice is run at once: short steps take no detour. */
  resume(plan: Plan): void {
    this.plan = plan;
    this.passBreakpoint = true;
    this.wantsPause = undefined;
    this.listener.running();
    const first = plan.next();
    if (first.done) this.stop(first.value);
    else {
      this.begin(first.value);
      this.slice();
    }
  }

  /** Stops at the next instruction boundary: at once when it is called between slices. */
  pause(cpu: CpuState): void {
    if (!this.plan) return;
    this.wantsPause = cpu;
    if (this.waits) this.slice();
  }

  /** Console input came: a machine that waits goes on. */
  inputArrived(): void {
    if (this.waits) this.slice();
  }

  /** The machine never runs again. */
  dispose(): void {
    this.isDisposed = true;
    this.plan = undefined;
  }

  private slice(): void {
    if (!this.plan || this.isDisposed) return;
    this.waits = undefined;
    let result: Outcome | undefined;
    try {
      result = this.advanceFor(SLICE);
    } catch (error) {
      this.dispose();
      this.listener.failed(error);
      return;
    }
    if (result && 'waitsFor' in result) {
      this.wait(result);
    } else if (result && 'end' in result) {
      this.end(result.end);
    } else if (result) {
      this.stop(result);
    } else {
      this.listener.sliced(false);
      this.host.yieldTo(() => this.slice());
    }
  }

  private wait(waits: Waits): void {
    this.waits = waits;
    this.listener.sliced(true);
    if (waits.waitsFor === 'input') return;
    const clock = this.machine.system.machine.clock.now();
    const nap = this.pace.sleep(waits.waitsFor.instant, clock, this.host.now());
    // Something else may have woken the machine by then.
    this.host.later(nap, () => {
      if (this.waits === waits) this.slice();
    });
  }

  private advanceFor(milliseconds: number): Outcome | undefined {
    const end = this.host.now() + milliseconds;
    do {
      if (this.wantsPause !== undefined) return { reason: 'pause', cpu: this.wantsPause };
      const result = this.advance();
      if (result) return result;
    } while (this.host.now() < end);
    return undefined;
  }

  /** Runs a part of the leg. @returns the stop that ends the plan, if it has come */
  private advance(): Outcome | undefined {
    const { machine } = this.machine.system;
    const everyInstruction = this.watchers.watchesEveryInstruction;
    const portion = everyInstruction ? 1 : Math.min(this.left, this.portion.instructions, this.untilTyping());
    const retiredBefore = this.retired();
    const startedAt = this.host.now();
    this.watched = undefined;
    const stop = machine.run(this.request(portion));
    this.passBreakpoint = false;
    this.portion.took(this.host.now() - startedAt, stop.reason === 'limit' && portion === this.portion.instructions);
    this.left -= this.retired() - retiredBefore;
    if (this.watched) return this.watched;
    if (everyInstruction) {
      const found = this.watchers.afterInstruction();
      if (found) return found;
    }
    return this.judge(stop);
  }

  /** Types what is due, and says after how many instructions something may be next: at the same ones however the guest is stepped. */
  private untilTyping(): number {
    const { script, system } = this.machine;
    if (script.untyped.length === 0) return Number.POSITIVE_INFINITY;
    const { retired } = system.machine.clock;
    if (retired % TYPING_SLICE === 0) script.deliver(system);
    return TYPING_SLICE - (retired % TYPING_SLICE);
  }

  /** The guest waits for keys: types what is due, or has it know that none will come. @returns whether it goes on */
  private typesNow(): boolean {
    const { script, system, launch } = this.machine;
    if (script.deliver(system)) return true;
    // The debug console takes no keys.
    if (launch.console !== 'debugConsole') return false;
    system.closeInput();
    return true;
  }

  private judge(stop: MachineStop): Outcome | undefined {
    switch (stop.reason) {
      case 'limit':
        return this.left > 0 ? undefined : this.tellPlan(stop);
      case 'waiting':
        return { waitsFor: { instant: stop.deadline } };
      case 'breakpoint': {
        this.passBreakpoint = true;
        const found = this.watchers.atBreakpoint(stop.hart);
        if (found) return found;
        const { pc } = this.machine.system.cpuOn(stop.hart) ?? {};
        return pc !== undefined && this.leg.until?.has(pc) ? this.tellPlan(stop) : undefined;
      }
      case 'watchpoint': {
        const found = this.watchers.atWatchpoint(stop.hart, stop.address, stop.write);
        if (found) return found;
        return this.left > 0 ? undefined : this.tellPlan({ reason: 'limit' });
      }
      case 'handler':
      case 'handler-end':
      case 'guest-trap':
        return this.tellPlan(stop);
      case 'waiting-for-input':
        return this.typesNow() ? undefined : { waitsFor: 'input' };
      default:
        return this.watchers.atEnd(stop) ?? { end: stop };
    }
  }

  private tellPlan(stop: MachineStop): Stop | undefined {
    const next = this.plan?.next(stop);
    if (!next || next.done) return next?.value;
    this.begin(next.value);
    return undefined;
  }

  private begin(leg: Leg): void {
    if (leg.until !== this.leg.until) this.installBreakpoints(leg.until ?? new Set());
    this.leg = leg;
    this.left = leg.instructions;
  }

  private request(instructions: number): RunRequest {
    const { leg, watchers } = this;
    return {
      instructions,
      waitUntil: this.pace.waitUntil(this.machine.system.machine.clock.now(), this.host.now()),
      passBreakpoint: this.passBreakpoint,
      returnsEarly: true,
      stopAtStep: (step, handler) => {
        this.watched = watchers.atStep(step, handler);
        return this.watched !== undefined || (leg.stopAtStep?.(step, handler) ?? false);
      },
      ...(leg.stopAtGuestTrap || watchers.watchesGuestTraps
        ? { stopAtGuestTrap: (trap: Trap, hart: Hart) => this.seesGuestTrap(trap, hart) }
        : {}),
      ...(leg.stopAtHandlerEnd ? { stopAtHandlerEnd: true } : {}),
    };
  }

  private seesGuestTrap(trap: Trap, hart: Hart): boolean {
    this.watched = this.watchers.atGuestTrap(trap, hart);
    return this.watched !== undefined || (this.leg.stopAtGuestTrap?.(trap, hart) ?? false);
  }

  private retired(): number {
    return this.machine.system.machine.harts.reduce((sum, hart) => sum + hart.retired, 0);
  }

  private stop(stop: Stop): void {
    this.finishPlan();
    this.listener.stopped(stop);
  }

  private end(end: EndOfRun): void {
    this.finishPlan();
    this.listener.ended(end);
  }

  private finishPlan(): void {
    this.plan = undefined;
    this.pace.rest();
    this.wantsPause = undefined;
    if (this.leg.until) this.installBreakpoints(new Set());
    this.leg = { instructions: 0 };
    this.listener.sliced(true);
  }
}
