import { ExceptionCode } from '../../isa';
import type { Privilege } from '../../mmu';
import { FloatInstructions } from '../float/float-instructions';
import { emptyPage } from '../interpreter/decoded-code';
import { SlowPaths } from '../interpreter/slow-paths';
import { HartLayout } from '../layout';
import { type FetchFault, InstructionFetch } from '../memory/instruction-fetch';
import { type AccessEvents, MemoryAccess, type SharedMemory } from '../memory/memory-access';
import { SoftwareAccess } from '../memory/software-access';
import { ArchitecturalHart } from './architectural-hart';
import type { ExecutingHart } from './executing-hart';
import { RunExit } from './exits';
import { SystemInstructions } from './system-instructions';
import { TrappedInstruction } from './trapped-instruction';
import { addressDetails, ecallCode, pendingInterrupt, type TrapDetails, type TrapMode } from './traps';

export interface RunOptions {
  /** Execute the instruction at pc even if it has a breakpoint: it is where the last run stopped. */
  readonly ignoreBreakpointHere?: boolean;
}

/** Traps in a row, without an instruction that retires, that make a trap loop. */
const TRAP_LOOP = 64;

/** An exit that only makes the hart look at its interrupts and fetch anew; `run` goes on. */
const RECHECK = -1;

/** Which of two reasons to leave at the same boundary is told. */
const urgency: Readonly<Record<number, number>> = {
  [RECHECK]: 0,
  [RunExit.Requested]: 1,
  [RunExit.TimeAhead]: 2,
  [RunExit.Pause]: 2,
  [RunExit.Wfi]: 3,
  [RunExit.Watchpoint]: 4,
  [RunExit.Breakpoint]: 5,
  [RunExit.TrapLoop]: 6,
  [RunExit.HostedTrap]: 7,
};

/** The compiled interpreter: executes from the pc in the hart's block; see `buildInterpreter`. */
export type Interpreter = (hart: number, budget: number) => void;

/** What makes harts run. */
export interface HartEngine {
  readonly interpreter: Interpreter;
  /** The hart is about to run. */
  entered(hart: Hart): void;
  /** The hart has run. */
  executed(hart: Hart, instructions: number): void;
  /** The hart often jumps to the instruction of a decoded entry, which is at its pc. */
  hot(hart: Hart, entry: number): void;
}

/**
 * Who is told of guests of the H extension that come onto harts and off them. It is told in the middle of a run, of what has happened already,
 * and must change nothing. `hart.reached` says how many instructions the hart has retired by then.
 */
export interface WorldListener {
  /** hgatp was written; the hart stands at the instruction that did it. */
  hgatpWritten(hart: Hart): void;
  /** V has become 1, by sret or mret: from the next instruction on the hart executes a guest. */
  entered(hart: Hart): void;
  /** V has become 0, by a trap into HS- or M-mode. */
  left(hart: Hart, mode: Exclude<TrapMode, 'vs'>): void;
}

/**
 * Who is told of every change of a hart's mode: by a trap, by a return from one. It is told of what has happened already, with the mode in which
 * the hart was before, and must change nothing.
 */
export interface ModeListener {
  /** @param passedOn by M-mode's software, whatever it delegates */
  trapped(hart: Hart, mode: TrapMode, before: CpuMode, cause: TrapCause, passedOn: boolean): void;
  returned(hart: Hart, instruction: 'mret' | 'sret', before: CpuMode): void;
}

/** A mode in which a hart's, or a guest's, software is. */
export interface CpuMode {
  readonly privilege: Privilege;
  /** V of the H extension: VS or VU. Of a guest: of one that is a hypervisor itself; false where it sees no H. */
  readonly virtual: boolean;
}

/** What a trap was. */
export interface TrapCause {
  readonly code: number;
  readonly interrupt: boolean;
}

/**
 * Most instructions in one call of the interpreter: the host's compiler puts better code in its place, and that of a region, only
 * between two calls.
 */
const LONGEST_CALL = 1 << 20;

/** A hart that runs: `run`, and what slow code does to the hart in the middle of an instruction. */
export class Hart extends ArchitecturalHart implements ExecutingHart {
  /** Traps whose handler's mode is hosted leave `run` instead of going on at the trap vector. */
  readonly hosted = { s: false, m: false, vs: false };
  /** The mode that handles the trap of the last `HostedTrap` exit; `s` is HS-mode. */
  trapMode: TrapMode = 'm';
  /** What the last `Watchpoint` exit saw. */
  watchAddress = 0;
  watchWrite = false;
  /** Who is told of guests of the H extension; undefined while nobody looks. */
  worlds: WorldListener | undefined;
  /** Who is told of changes of its mode; undefined while nobody looks. */
  modes: ModeListener | undefined;
  /** Loads and stores of TypeScript software that has the hart. */
  readonly software: SoftwareAccess;
  private readonly slowPaths: SlowPaths;
  private readonly trapped: TrappedInstruction;
  private executed = 0;
  private budget = 0;
  /** The part of the budget that the interpreter has not been given yet. */
  private withheld = 0;
  private isRunning = false;
  /** `run` is under way, in the interpreter or between two calls of it. */
  private isInRun = false;
  /** What would be left of the budget, when it was set to 0 to leave at the next boundary. */
  private setAside: number | undefined;
  /** Takes back what was prepared for one instruction. */
  private undo: (() => void) | undefined;
  private exit: number = RECHECK;
  private trapsInARow = 0;
  private retiredAtTrap = -1;
  /** The breakpoint that was to be passed: it is until an instruction retires. */
  private passing: { readonly pc: bigint; readonly retired: number } | undefined;

  constructor(
    id: number,
    words: Int32Array,
    base: number,
    shared: SharedMemory,
    private readonly engine: HartEngine,
  ) {
    super(id, words, base, shared);
    emptyPage(words, base + HartLayout.alonePage);
    this.state.set(HartLayout.aloneEntry, base + HartLayout.alonePage);
    this.trapped = new TrappedInstruction(this.state, shared, this.translation);
    const { state, translation, fastPath } = this;
    const events: AccessEvents = {
      raiseAccess: (code, low, high, offset) => this.raise(code, low, high, this.trapped.ofAccess(code, offset)),
      watchHit: (address, isWrite) => this.watchHit(address, isWrite),
      once: (prepare, undo) => this.once(prepare, undo, true),
      postpone: () => this.postpone(),
    };
    const memory = new MemoryAccess(state, shared, translation, fastPath, events, shared.options.misaligned);
    this.software = new SoftwareAccess(state, shared, translation, fastPath, (code) => this.trapped.ofSoftware(code));
    const fetching = new InstructionFetch(this.state, shared, this.translation, this.fastPath, (prepare, undo) =>
      this.once(prepare, undo, false),
    );
    this.slowPaths = new SlowPaths(
      this,
      shared,
      memory,
      fetching,
      new SystemInstructions(this, memory, shared.platform),
      new FloatInstructions(this),
    );
  }

  /** Instructions retired since the hart was made. */
  get retired(): number {
    return this.retiredBefore + (this.isInRun ? this.executedThisRun : 0);
  }

  /**
   * Instructions retired where the hart has come to while something happens to it: those before an instruction that traps, and where one has
   * done something that one, too.
   */
  get reached(): number {
    return this.retiredBefore + (this.isInRun ? this.budget - this.left() : 0);
  }

  /** Firmware or VMM has done the work of the instruction at pc: it counts as retired. Not while the hart runs. */
  retireEmulated(): void {
    this.retiredBefore += 1;
  }

  /** Retired by the current `run` before the current instruction, or by the last `run`. */
  get executedThisRun(): number {
    if (this.isRunning) return this.budget - this.left() - 1;
    return this.isInRun ? this.budget - this.left() : this.executed;
  }

  /**
   * Executes at most `budget` instructions: pending interrupts first, even when it is 0. Traps and instructions that trap take none of
   * the budget.
   */
  run(budget: number, options?: RunOptions): RunExit {
    this.budget = budget;
    this.exit = RECHECK;
    this.setAside = undefined;
    this.withheld = budget;
    this.state.set(HartLayout.budget, 0);
    this.isInRun = true;
    if (options?.ignoreBreakpointHere) this.passing = { pc: this.pc, retired: this.retiredBefore };
    this.engine.entered(this);
    for (;;) {
      this.takeInterrupt();
      if (this.exit !== RECHECK) break;
      const left = this.left();
      if (left === 0) {
        this.exit = RunExit.Budget;
        break;
      }
      this.execute(left);
      if (this.exit !== RECHECK) break;
    }
    this.executed = budget - this.left();
    this.retiredBefore += this.executed;
    this.isInRun = false;
    this.engine.executed(this, this.executed);
    this.setAside = undefined;
    return this.exit as RunExit;
  }

  private execute(instructions: number): void {
    const given = Math.min(instructions, LONGEST_CALL);
    this.setAside = undefined;
    this.withheld = instructions - given;
    this.isRunning = true;
    try {
      this.engine.interpreter(this.state.base, given);
    } finally {
      this.isRunning = false;
      this.undo?.();
      this.undo = undefined;
    }
  }

  protected override recheck(): void {
    this.leave(RECHECK);
  }

  protected override guestTrapped(mode: TrapMode): void {
    if (mode !== 'vs') this.worlds?.left(this, mode);
  }

  protected override guestEntered(): void {
    this.worlds?.entered(this);
  }

  protected override trapTaken(
    mode: TrapMode,
    privilege: Privilege,
    virtual: boolean,
    code: number,
    interrupt: boolean,
  ): void {
    this.modes?.trapped(this, mode, { privilege, virtual }, { code, interrupt }, false);
  }

  protected override trapPassedOn(mode: TrapMode, privilege: Privilege, virtual: boolean, code: number): void {
    this.modes?.trapped(this, mode, { privilege, virtual }, { code, interrupt: false }, true);
  }

  protected override trapLeft(instruction: 'mret' | 'sret', privilege: Privilege, virtual: boolean): void {
    this.modes?.returned(this, instruction, { privilege, virtual });
  }

  override hgatpWritten(): void {
    this.worlds?.hgatpWritten(this);
  }

  leave(reason: RunExit | typeof RECHECK): void {
    if (!this.isRunning) return;
    if (this.setAside === undefined) {
      this.setAside = this.state.get(HartLayout.budget);
      this.state.set(HartLayout.budget, 0);
    }
    if ((urgency[reason] ?? 0) > (urgency[this.exit] ?? 0)) this.exit = reason;
  }

  takeInterrupt(): void {
    const code = pendingInterrupt(this.state);
    if (code >= 0) this.trap(code, true, 0, 0);
  }

  private left(): number {
    return this.withheld + this.leftOfCall();
  }

  private leftOfCall(): number {
    return this.setAside ?? this.state.get(HartLayout.budget);
  }

  /** Enters a trap handler, TypeScript's or the guest's. */
  private trap(code: number, isInterrupt: boolean, valueLow: number, valueHigh: number, details?: TrapDetails): void {
    const mode = this.enterTrap(code, isInterrupt, valueLow, valueHigh, details);
    if (this.hosted[mode]) {
      this.trapMode = mode;
      this.trapsInARow = 0;
      this.end(RunExit.HostedTrap);
      return;
    }
    const retired = this.retiredBefore + this.budget - this.left();
    this.trapsInARow = retired === this.retiredAtTrap ? this.trapsInARow + 1 : 0;
    this.retiredAtTrap = retired;
    if (this.trapsInARow >= TRAP_LOOP) {
      this.trapsInARow = 0;
      this.end(RunExit.TrapLoop);
    }
  }

  /** Ends the run, whether at a boundary or in the middle of an instruction that does not retire. */
  private end(reason: RunExit): void {
    if (this.isRunning) this.leave(reason);
    else this.exit = reason;
  }

  // What slow functions do to the hart in the middle of an instruction.

  /** The current instruction traps: it does not retire. */
  raise(code: number, valueLow: number, valueHigh: number, details?: TrapDetails): void {
    this.unretire();
    this.trap(code, false, valueLow, valueHigh, details);
  }

  raiseIllegal(word: number, code: number = ExceptionCode.illegalInstruction): void {
    this.raise(code, this.options.illegalInstructionValue === 'bits' ? word : 0, 0);
  }

  raiseEcall(): void {
    this.raise(ecallCode(this.state.privilege, this.state.virtual), 0, 0);
  }

  raiseBreakpoint(): void {
    const { pcLow, pcHigh } = this.state;
    if (this.options.breakpointValue === 'zero') this.raise(ExceptionCode.breakpoint, 0, 0);
    else this.raise(ExceptionCode.breakpoint, pcLow, pcHigh, addressDetails(this.state.virtual));
  }

  private unretire(): void {
    if (this.setAside !== undefined) this.setAside += 1;
    else this.state.set(HartLayout.budget, this.state.get(HartLayout.budget) + 1);
  }

  private watchHit(address: number, isWrite: boolean): void {
    this.watchAddress = address;
    this.watchWrite = isWrite;
    this.leave(RunExit.Watchpoint);
  }

  /** The interpreter's slow function. */
  slow(request: number, entry: number, low: number, high: number, valueLow: number, valueHigh: number): void {
    this.slowPaths.run(request, entry, low, high, valueLow, valueHigh);
  }

  translate(entry: number): void {
    if (!this.undo) this.engine.hot(this, entry);
  }

  trapFetch(fault: FetchFault | undefined): void {
    if (!fault) return;
    if (this.undo) this.setAsideAll();
    this.trap(fault.code, false, fault.low, fault.high, this.trapped.ofFetch(fault.code));
  }

  /** What was prepared for one instruction is not for the first one of the trap handler. */
  private setAsideAll(): void {
    this.setAside = this.leftOfCall() + this.state.get(HartLayout.budget);
    this.state.set(HartLayout.budget, 0);
  }

  stopsAtBreakpoint(): boolean {
    if (this.passing?.retired === this.retiredBefore + this.budget - this.left() && this.passing.pc === this.pc) {
      return false;
    }
    this.leave(RunExit.Breakpoint);
    return true;
  }

  once(prepare: () => void, undo: () => void, isCounted: boolean): boolean {
    const isLeaving = this.setAside !== undefined;
    if (isCounted) this.unretire();
    if (isLeaving) return false;
    prepare();
    this.undo = undo;
    this.setAside = this.state.get(HartLayout.budget) - 1;
    this.state.set(HartLayout.budget, 1);
    return true;
  }

  tryAgain(): void {
    this.unretire();
  }

  postpone(): void {
    this.leave(RunExit.TimeAhead);
    this.unretire();
  }

  advance(length: 2 | 4): void {
    const low = (this.state.pcLow + length) >>> 0;
    this.state.setPc(low, this.state.pcHigh + (low < length ? 1 : 0));
  }

  finishSystem(length: 2 | 4): void {
    this.advance(length);
    this.takeInterrupt();
  }
}
