import type { CpuState } from '../../simulator/hypervisor/cpu';
import { Csr, causeOf, decode, expand, isCall, RegisterNumber } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Trap } from '../../simulator/machine/trap';
import type { Debuggee } from '../debuggee';
import { isSameLine } from '../program/code-lines';
import type { Leg, Plan, PlanPart, Stop } from './plan';
import { isSynchronous } from './traps';

export interface GuestStep {
  readonly debuggee: Debuggee;
  readonly cpu: CpuState;
  readonly granularity: 'statement' | 'line' | 'instruction';
  /** The step starts in the body of a macro, whose lines are stepped through one by one. */
  readonly inBody: boolean;
}

/** Where a step goes when its instruction traps. */
export type StepTarget = 'vmm' | 'handler' | 'stay';

/** One statement. An exit that it causes stops at the VMM's first step, a trap of the guest at the handler's first instruction. */
export function* stepIn(step: GuestStep, target: StepTarget): Plan {
  if (target === 'stay') return yield* stepOver(step, false);
  const { cpu, debuggee } = step;
  const leaves = lineWatch(step);
  const own: Omit<Leg, 'instructions'> = {
    stopAtGuestTrap: (_trap, hart) => debuggee.isOn(cpu, hart),
    ...(target === 'vmm' ? { stopAtStep: (_step, handler) => isOwnExit(step, handler) } : {}),
  };
  for (;;) {
    const stop = yield* instruction(step, own);
    if (stop.reason === 'guest-trap') return stepped(step, trapText(stop.trap));
    if (stop.reason !== 'limit' || leaves()) return stepped(step);
  }
}

/** One statement at the same privilege: calls, the VMM, the guest's handlers and interrupts run through. */
export function* stepOver(step: GuestStep, overCalls = true): Plan {
  const { cpu, debuggee } = step;
  const leaves = lineWatch(step);
  for (;;) {
    const from = positionOf(step);
    const next = returnAddress(debuggee, cpu);
    const stop = yield* instruction(step, { stopAtGuestTrap: (_trap, hart) => debuggee.isOn(cpu, hart) });
    if (stop.reason === 'guest-trap') {
      yield* untilTrapReturns(step, from);
      if (cpu.pc === from.pc) continue;
    } else if (stop.reason !== 'limit') {
      return stepped(step);
    } else if (overCalls && next !== undefined && cpu.pc !== next) {
      yield* untilReached(step, next, from);
    }
    if (leaves()) return stepped(step);
  }
}

/** To the caller, or to where the trap handler returns. */
export function* stepOut(step: GuestStep, caller: bigint | undefined): Plan {
  const { cpu, debuggee } = step;
  const from = positionOf(step);
  const returns = step.debuggee.trapReturns;
  const until = new Set(returns);
  if (caller !== undefined) until.add(caller);
  let depth = 0;
  for (;;) {
    const stop = yield* ownLeg(step, {
      instructions: Number.POSITIVE_INFINITY,
      until,
      stopAtGuestTrap: (_trap, hart) => {
        if (debuggee.isOn(cpu, hart)) depth++;
        return false;
      },
    });
    if (stop.reason !== 'breakpoint' || !debuggee.isOn(cpu, stop.hart)) continue;
    if (cpu.pc === caller && isBack(step, from)) return stepped(step);
    if (!returns.has(cpu.pc)) continue;
    yield* instruction(step, {});
    if (depth === 0) return stepped(step, 'where the trap handler returned to');
    depth--;
  }
}

/** Runs until the CPU has retired an instruction, whatever the others do meanwhile, or something else happened. */
export function* instruction(step: GuestStep, leg: Omit<Leg, 'instructions'>): PlanPart {
  const { debuggee, cpu } = step;
  const before = cpu.retired;
  const { scheduler } = debuggee.system.machine;
  for (;;) {
    if (!debuggee.hasHart(cpu)) {
      const stop = yield* untilEntered(step);
      if (stop.reason !== 'handler-end') return stop;
    }
    const isOwnPart = scheduler.isCurrent(debuggee.hartOf(cpu));
    const stop = yield { ...leg, instructions: isOwnPart ? 1 : Math.max(1, scheduler.partLeft) };
    if (stop.reason !== 'limit' || cpu.retired !== before) return stop;
  }
}

/** A leg that is about one CPU: while it has no hart others run without it, so that its addresses do not stop them again and again. */
export function* ownLeg(step: GuestStep, leg: Leg): PlanPart {
  const { debuggee, cpu } = step;
  for (;;) {
    if (!debuggee.hasHart(cpu)) {
      const stop = yield* untilEntered(step);
      if (stop.reason !== 'handler-end') return stop;
    }
    const stop = yield {
      ...leg,
      stopAtStep: (each, handler) => !debuggee.hasHart(cpu) || (leg.stopAtStep?.(each, handler) ?? false),
    };
    if (stop.reason !== 'handler' || debuggee.hasHart(cpu)) return stop;
  }
}

/** Runs, while others have the harts, until a handler in which the CPU comes onto one is over. */
function* untilEntered({ debuggee, cpu }: GuestStep): PlanPart {
  const stop = yield {
    instructions: Number.POSITIVE_INFINITY,
    stopAtStep: (_step, { hart }) => debuggee.isOn(cpu, hart),
  };
  return stop.reason === 'handler' ? yield { instructions: 1, stopAtHandlerEnd: true } : stop;
}

export interface Position {
  readonly pc: bigint;
  readonly privilege: number;
  readonly satp: bigint | undefined;
  readonly sp: bigint;
  /** Where the stack is in guest memory: the same program may change its page table. */
  readonly stack: number | undefined;
}

export function positionOf({ debuggee, cpu }: GuestStep): Position {
  const sp = cpu.x(RegisterNumber.sp);
  return {
    pc: cpu.pc,
    privilege: cpu.privilege,
    satp: cpu.readCsr(Csr.satp.number),
    sp,
    stack: debuggee.locate(cpu, sp),
  };
}

/** Whether the CPU runs the same program, at the same privilege, with no more on its stack. */
function isBack(step: GuestStep, from: Position): boolean {
  return isSameContext(step, from) && step.cpu.x(RegisterNumber.sp) >= from.sp;
}

function isSameContext({ debuggee, cpu }: GuestStep, from: Position): boolean {
  if (cpu.privilege !== from.privilege) return false;
  return (
    cpu.readCsr(Csr.satp.number) === from.satp ||
    (from.stack !== undefined && debuggee.locate(cpu, from.sp) === from.stack)
  );
}

/** Runs until an address is reached where the CPU is back at a position's place in the stack. */
export function* untilReached(step: GuestStep, address: bigint, from: Position): PlanPart<void> {
  const { cpu, debuggee } = step;
  const until = new Set([address]);
  for (;;) {
    const stop = yield* ownLeg(step, { instructions: Number.POSITIVE_INFINITY, until });
    if (stop.reason === 'breakpoint' && debuggee.isOn(cpu, stop.hart) && cpu.pc === address && isBack(step, from))
      return;
  }
}

/** Runs on in a function that was just entered, whose frame grows. */
export function* untilDeeper(step: GuestStep, address: bigint, from: Position): PlanPart<void> {
  const { cpu, debuggee } = step;
  const until = new Set([address]);
  for (;;) {
    const stop = yield* ownLeg(step, { instructions: Number.POSITIVE_INFINITY, until });
    if (
      stop.reason === 'breakpoint' &&
      debuggee.isOn(cpu, stop.hart) &&
      cpu.pc === address &&
      isSameContext(step, from)
    )
      return;
  }
}

/** The guest's handler has the CPU: until it returns to what was interrupted, through nested traps and other programs of the guest. */
export function* untilTrapReturns(step: GuestStep, from: Position): PlanPart<void> {
  const { cpu, debuggee } = step;
  const length = instructionLength(debuggee, cpu, from.pc);
  const returns = debuggee.trapReturns;
  const until = new Set([...returns, from.pc, from.pc + BigInt(length)]);
  let depth = 1;
  for (;;) {
    const stop = yield* ownLeg(step, {
      instructions: Number.POSITIVE_INFINITY,
      until,
      stopAtGuestTrap: (_trap, hart) => {
        if (debuggee.isOn(cpu, hart)) depth++;
        return false;
      },
    });
    if (stop.reason !== 'breakpoint' || !debuggee.isOn(cpu, stop.hart)) continue;
    if (!returns.has(cpu.pc)) {
      if (isBack(step, from)) return;
      continue;
    }
    yield* instruction(step, {});
    depth = Math.max(0, depth - 1);
    if (depth === 0 && isSameContext(step, from)) return;
  }
}

/** Tells after each instruction whether the step has left its line: pc is elsewhere, or at the line's first address again. */
function lineWatch({ debuggee, cpu, granularity, inBody }: GuestStep): () => boolean {
  const start = granularity === 'instruction' ? undefined : debuggee.lines.at(debuggee.linked(cpu, cpu.pc), inBody);
  if (!start) return () => true;
  return () => {
    const pc = debuggee.linked(cpu, cpu.pc);
    const now = debuggee.lines.at(pc, inBody);
    return !isSameLine(start, now, granularity === 'statement') || debuggee.lines.isEntry(start, pc);
  };
}

export function stepped(step: GuestStep, description?: string): Stop {
  const { cpu, inBody, debuggee } = step;
  const stays = inBody && (debuggee.lines.at(debuggee.linked(cpu, cpu.pc), true)?.expansion.length ?? 0) > 0;
  return {
    reason: 'step',
    cpu,
    ...(description === undefined ? {} : { description }),
    ...(stays ? { inBody: true } : {}),
    // A step by instructions is shown at its instruction, also where an inlined function begins.
    ...(step.granularity === 'instruction' ? { hidden: 0 } : {}),
  };
}

/** The first step of a handler that takes a hart from the CPU. */
export function isExit({ debuggee, cpu }: GuestStep, handler: ActiveHandler): boolean {
  return debuggee.isOn(cpu, handler.hart) && handler.trail.length === 1;
}

/** The first step of a handler that an instruction of the CPU itself made run. */
export function isOwnExit(step: GuestStep, handler: ActiveHandler): boolean {
  return isExit(step, handler) && isSynchronous(handler);
}

export function trapText({ interrupt, cause }: Trap): string {
  return `the guest's handler: ${causeOf(cause, interrupt).name}`;
}

/** Where the call at pc returns to; undefined when there is no call. */
export function returnAddress(debuggee: Debuggee, cpu: CpuState): bigint | undefined {
  const word = debuggee.instructionAt(cpu, cpu.pc);
  const decoded = word === undefined ? undefined : decode(word);
  if (!decoded) return undefined;
  return isCall(expand(decoded)) ? cpu.pc + BigInt(decoded.instruction.length) : undefined;
}

function instructionLength(debuggee: Debuggee, cpu: CpuState, address: bigint): number {
  const word = debuggee.instructionAt(cpu, address) ?? 0;
  return (word & 3) === 3 ? 4 : 2;
}
