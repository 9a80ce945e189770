import { Csr } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { CodeBlock } from '../../simulator/object/dwarf/code-scopes';
import { isAssembly } from '../program/code-lines';
import { bodyOf } from '../program/prologue';
import {
  type GuestStep,
  instruction,
  isOwnExit,
  ownLeg,
  positionOf,
  returnAddress,
  type StepTarget,
  stepped,
  trapText,
  untilDeeper,
  untilReached,
  untilTrapReturns,
} from './guest-stepping';
import { type LineRegion, regionOf } from './line-region';
import type { Leg, Plan, PlanPart } from './plan';

/** Whether a step from where the CPU stands is one through a compiled language. */
export function isInCompiledCode({ debuggee, cpu, granularity }: GuestStep): boolean {
  const row = granularity === 'instruction' ? undefined : debuggee.lines.rowAt(debuggee.linked(cpu, cpu.pc));
  return row !== undefined && !isAssembly(row.origin.file);
}

/** One line of a compiled language, into the functions that it calls. @param hidden inlined functions that begin here and are not entered yet */
export function* sourceStepIn(step: GuestStep, target: StepTarget, hidden: number): Plan {
  // Going into an inlined function executes nothing.
  if (hidden > 0) return { ...stepped(step), hidden: hidden - 1 };
  return yield* new SourceStep(step, target, hidden).run();
}

/** One line of a compiled language at the same privilege: calls, inlined ones too, the VMM, the guest's handlers run through. */
export function* sourceStepOver(step: GuestStep, hidden: number): Plan {
  return yield* new SourceStep(step, 'over', hidden).run();
}

/** Out of a function that is inlined where it is called. */
export function* sourceStepOut(step: GuestStep, hidden: number): Plan {
  return yield* new SourceStep(step, 'over', hidden).outOfInlined().run();
}

/** A step by a plan; when it has led into a compiled function, on to its body, where its arguments can be seen. */
export function* intoBody(step: GuestStep, plan: Plan): Plan {
  const stop = yield* plan;
  if (stop.reason === 'step' && stop.description === undefined) yield* toBody(step);
  return stop;
}

/** From the first instruction of a compiled function to its body. */
function* toBody(step: GuestStep): PlanPart<void> {
  const { debuggee, cpu } = step;
  const pc = pcOf(step);
  const [entered] = debuggee.scopes.functionsAt(pc);
  if (entered?.entry !== pc) return;
  const prologue = bodyOf(debuggee, entered) - pc;
  if (prologue !== 0n) yield* untilDeeper(step, cpu.pc + prologue, positionOf(step));
}

interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** An activation of a function, perhaps of one inlined into it. */
interface Frame {
  /** Of the real function: what sp was when it was called; undefined where nothing says that. */
  readonly base: bigint | undefined;
  /** Outermost first. */
  readonly functions: readonly CodeBlock[];
}

/**
 * A step by lines, as gdb makes it (its `step` and `next`): it goes on until an instruction that begins a statement of another line. In
 * the midst of another line, to which a return or a jump has led, it goes on through that.
 */
class SourceStep {
  private line: SourceLine | undefined;
  private frame: Frame;
  /** The code of the line, as it was found last. */
  private region:
    | {
        readonly line: SourceLine;
        readonly frame: Frame;
        readonly moved: bigint;
        readonly code: LineRegion | undefined;
      }
    | undefined;
  private range: { readonly address: bigint; readonly end: bigint } | undefined;

  constructor(
    private readonly step: GuestStep,
    private readonly kind: StepTarget | 'over',
    hidden: number,
  ) {
    const { debuggee } = step;
    const row = debuggee.lines.rowAt(pcOf(step));
    this.line = debuggee.inlined.callAt(pcOf(step), hidden) ?? row?.origin;
    this.frame = frameAt(step, hidden);
    this.range = row;
  }

  /** As if the line were another one of the function around: any statement there ends the step. */
  outOfInlined(): this {
    this.line = undefined;
    this.range = undefined;
    this.frame = { ...this.frame, functions: this.frame.functions.slice(0, -1) };
    return this;
  }

  *run(): Plan {
    const { step } = this;
    const { cpu, debuggee } = step;
    const own = this.legs();
    for (;;) {
      const from = positionOf(step);
      const region = this.regionHere();
      const next = region ? undefined : returnAddress(debuggee, cpu);
      const stop = region
        ? yield* ownLeg(step, { ...own, instructions: Number.POSITIVE_INFINITY, until: region.stops })
        : yield* instruction(step, own);
      if (stop.reason === 'breakpoint' && !debuggee.isOn(cpu, stop.hart)) continue;
      if (stop.reason === 'guest-trap') {
        if (!this.runsThroughTraps) return stepped(step, trapText(stop.trap));
        const pc = region ? trappedPc(cpu) : from.pc;
        yield* untilTrapReturns(step, { ...from, pc });
        if (cpu.pc === pc) continue;
      } else if (stop.reason !== (region ? 'breakpoint' : 'limit')) {
        return stepped(step);
      }
      if (region?.inside.has(cpu.pc)) continue;
      if (this.isInRange(pcOf(step))) continue;
      if (next !== undefined && cpu.pc !== next && stop.reason === 'limit') {
        if (this.kind !== 'over' && debuggee.lines.rowAt(pcOf(step))) {
          yield* toBody(step);
          return stepped(step);
        }
        yield* untilReached(step, next, from);
        if (this.isInRange(pcOf(step))) continue;
      }
      const hidden = this.arrived();
      if (hidden !== undefined) return { ...stepped(step), hidden };
    }
  }

  /** Whether the step ends where the CPU stands: then, how many inlined functions that begin there are not entered. */
  private arrived(): number | undefined {
    const { step, line, frame } = this;
    const { debuggee } = step;
    const row = debuggee.lines.rowAt(pcOf(step));
    const hidden = debuggee.inlined.hiddenAt(pcOf(step));
    if (!row) return hidden;
    const now = frameAt(step, hidden);
    if (hidden > 0 && isSameFrame(now, frame)) {
      const isSame = isSameLine(debuggee.inlined.callAt(pcOf(step), hidden), line);
      if (this.kind === 'over') return isSame ? undefined : hidden;
      return isSame ? hidden - 1 : hidden;
    }
    if (isInlinedInto(now, frame)) return this.kind === 'over' ? undefined : hidden;
    const isOther = row.address === pcOf(step) && !isSameLine(row.origin, line);
    if (isOther && row.isStatement) return hidden;
    this.range = row;
    // No statement begins here: the next one may, also one of this line where the frame is another.
    if (isOther && isSameFrame(now, frame)) return undefined;
    this.line = isOther ? undefined : row.origin;
    this.frame = now;
    return undefined;
  }

  /** The code of the line around pc in which the machine may run on by itself; undefined where each instruction has to be seen. */
  private regionHere(): LineRegion | undefined {
    const { step, line, frame } = this;
    const { debuggee, cpu } = step;
    // Where functions are inlined, any instruction may be the beginning of one.
    if (!line || frame.functions.length !== 1) return undefined;
    const moved = cpu.pc - pcOf(step);
    if (this.region?.line !== line || this.region.frame !== frame || this.region.moved !== moved) {
      const rows = debuggee.lines.table
        .rowsOfLine(line.file, line.line)
        .filter(({ address }) => this.isOfLine(address, line, frame));
      this.region = { line, frame, moved, code: regionOf(debuggee, cpu, rows, moved) };
    }
    const { code } = this.region;
    return code?.inside.has(cpu.pc) && !code.stops.has(cpu.pc) ? code : undefined;
  }

  /** Not only a row of the line, but taken for it too: a statement of another line may begin at the same address. */
  private isOfLine(address: bigint, line: SourceLine, { functions }: Frame): boolean {
    const { lines, scopes } = this.step.debuggee;
    return isSameLine(lines.rowAt(address)?.origin, line) && isSameFunctions(scopes.functionsAt(address), functions);
  }

  private get runsThroughTraps(): boolean {
    return this.kind === 'over' || this.kind === 'stay';
  }

  private legs(): Omit<Leg, 'instructions'> {
    const { cpu, debuggee } = this.step;
    return {
      stopAtGuestTrap: (_trap, hart) => debuggee.isOn(cpu, hart),
      ...(this.kind === 'vmm' ? { stopAtStep: (_step, handler) => isOwnExit(this.step, handler) } : {}),
    };
  }

  private isInRange(pc: bigint): boolean {
    return this.range !== undefined && pc >= this.range.address && pc < this.range.end;
  }
}

/** The CPU's pc as the program is linked. */
function pcOf({ debuggee, cpu }: GuestStep): bigint {
  return debuggee.linked(cpu, cpu.pc);
}

function frameAt(step: GuestStep, hidden: number): Frame {
  return { base: baseOf(step), functions: step.debuggee.inlined.visibleAt(pcOf(step), hidden) };
}

function baseOf(step: GuestStep): bigint | undefined {
  const { debuggee, cpu } = step;
  const rule = debuggee.callFrames.at(pcOf(step));
  return rule && BigInt.asUintN(64, cpu.x(rule.cfa.register) + BigInt(rule.cfa.offset));
}

function isSameFrame(a: Frame, b: Frame): boolean {
  return a.base === b.base && isSameFunctions(a.functions, b.functions);
}

function isSameFunctions(a: readonly CodeBlock[], b: readonly CodeBlock[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** Where the CPU was when it took the trap in whose handler it stands. */
function trappedPc(cpu: GuestStep['cpu']): bigint {
  return cpu.readCsr(cpu.privilege === Privilege.machine ? Csr.mepc.number : Csr.sepc.number) ?? cpu.pc;
}

/** Whether one is in a function inlined into the other, perhaps by way of others. */
function isInlinedInto(inner: Frame, outer: Frame): boolean {
  return (
    inner.base === outer.base &&
    inner.functions.length > outer.functions.length &&
    outer.functions.every((each, index) => each === inner.functions[index])
  );
}

function isSameLine(a: SourceLine | undefined, b: SourceLine | undefined): boolean {
  return a?.file === b?.file && a?.line === b?.line;
}
