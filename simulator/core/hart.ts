import { type Cause, causeOf, ExceptionCode } from '../isa';
import { Access, Pmp, type Privilege, Tlb } from '../mmu';
import { CsrFile, type CsrHost } from './csr-file';
import { RunExit } from './exits';
import { FastPath } from './fast-path';
import { fromWords, HartState, highWord, lowWord } from './hart-state';
import { type FetchFault, InstructionFetch } from './instruction-fetch';
import { HartLayout } from './layout';
import { MemoryAccess, type SharedMemory } from './memory-access';
import { SlowPaths } from './slow-paths';
import { SystemInstructions } from './system-instructions';
import { AddressTranslation, type Translation } from './translation';
import { ecallCode, enterTrap, pendingInterrupt, returnFromTrap } from './traps';

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
  [RunExit.Yield]: 2,
  [RunExit.Wfi]: 3,
  [RunExit.Watchpoint]: 4,
  [RunExit.Breakpoint]: 5,
  [RunExit.TrapLoop]: 6,
  [RunExit.HostedTrap]: 7,
};

/** The compiled interpreter: executes from the pc in the hart's block; see `buildInterpreter`. */
export type Interpreter = (hart: number, budget: number) => void;

/**
 * A hart: its registers, and `run`. Everything here that is not `run` acts on the hart between two instructions, or from within a slow
 * function in the middle of one.
 */
export class Hart implements CsrHost {
  readonly state: HartState;
  readonly tlb: Tlb;
  readonly pmp: Pmp;
  readonly csrs: CsrFile;
  /** Traps whose handler's mode is hosted leave `run` instead of going on at the trap vector. */
  readonly hosted = { s: false, m: false };
  /** The mode that handles the trap of the last `HostedTrap` exit. */
  trapMode: 's' | 'm' = 'm';
  /** What the last `Watchpoint` exit saw. */
  watchAddress = 0;
  watchWrite = false;
  private readonly fastPath: FastPath;
  private readonly translation: AddressTranslation;
  private readonly slowPaths: SlowPaths;
  private retiredBefore = 0;
  private executed = 0;
  private budget = 0;
  private isRunning = false;
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
    readonly id: number,
    words: Int32Array,
    base: number,
    private readonly shared: SharedMemory,
    private readonly interpreter: Interpreter,
    private readonly entered: (hart: Hart) => void,
  ) {
    this.state = new HartState(words, base);
    this.fastPath = new FastPath(this.state);
    this.tlb = new Tlb((entry) => {
      this.fastPath.dropTranslation(entry);
      // The page that is being executed may be the one: the next instruction is fetched anew.
      this.leave(RECHECK);
    });
    this.pmp = new Pmp(() => this.dropFastPath());
    this.translation = new AddressTranslation(this.state, this.tlb, this.pmp, this.fastPath, shared.ram);
    this.csrs = new CsrFile(this);
    const memory = new MemoryAccess(this.state, shared, this.translation, this.fastPath, {
      raise: (code, low, high) => this.raise(code, low, high),
      watchHit: (address, isWrite) => this.watchHit(address, isWrite),
      once: (prepare, undo) => this.once(prepare, undo, true),
    });
    const fetching = new InstructionFetch(this.state, shared, this.translation, this.fastPath, (prepare, undo) =>
      this.once(prepare, undo, false),
    );
    this.slowPaths = new SlowPaths(this, shared, memory, fetching, new SystemInstructions(this));
    this.state.set(HartLayout.reservation, -1);
    this.modesChanged();
  }

  // Registers.

  x(index: number): bigint {
    return fromWords(this.xLow(index), this.xHigh(index));
  }

  setX(index: number, value: bigint): void {
    this.state.setRegister(index, lowWord(value), highWord(value));
  }

  xLow(index: number): number {
    return this.state.registerLow(index);
  }

  xHigh(index: number): number {
    return this.state.registerHigh(index);
  }

  setXWords(index: number, low: number, high: number): void {
    this.state.setRegister(index, low, high);
  }

  get pc(): bigint {
    return fromWords(this.state.pcLow, this.state.pcHigh);
  }

  set pc(value: bigint) {
    this.state.setPc(lowWord(value), highWord(value));
  }

  get pcLow(): number {
    return this.state.pcLow;
  }

  get pcHigh(): number {
    return this.state.pcHigh;
  }

  setPcWords(low: number, high: number): void {
    this.state.setPc(low, high);
  }

  get privilege(): Privilege {
    return this.state.privilege;
  }

  set privilege(privilege: Privilege) {
    this.state.privilege = privilege;
    this.modesChanged();
  }

  /** V of the H extension. */
  get virtual(): boolean {
    return this.state.virtual;
  }

  // CSRs as the hardware's state: no permission is asked, values are legalised, nothing traps. A CSR that is not there reads as 0.

  csr(number: number): bigint {
    this.readCsr(number);
    return fromWords(this.csrs.low, this.csrs.high);
  }

  setCsr(number: number, value: bigint): void {
    this.setCsrWords(number, lowWord(value), highWord(value));
  }

  csrLow(number: number): number {
    this.readCsr(number);
    return this.csrs.low;
  }

  csrHigh(number: number): number {
    this.readCsr(number);
    return this.csrs.high;
  }

  setCsrWords(number: number, low: number, high: number): void {
    this.csrs.find(number)?.write?.(this.csrs, low, high);
    this.leave(RECHECK);
  }

  private readCsr(number: number): void {
    this.csrs.set(0, 0);
    this.csrs.find(number)?.read(this.csrs);
  }

  // Interrupts.

  /** Sets a wire: MSIP (3), MTIP (7), MEIP (11), SEIP (9). SSIP and STIP are the software's, in mip. */
  setInterruptPending(bit: number, level: boolean): void {
    const { lines } = this.state;
    this.state.lines = level ? lines | (1 << bit) : lines & ~(1 << bit);
    if (level) this.leave(RECHECK);
  }

  /** The interrupt that would be taken now. */
  interruptPending(): Cause | undefined {
    const code = pendingInterrupt(this.state);
    return code < 0 ? undefined : causeOf(code, true);
  }

  /** Whether an interrupt is pending that is enabled in mie, which ends a `wfi` whatever mstatus says. */
  interruptAwaits(): boolean {
    return (this.state.pending & this.state.enabled) !== 0;
  }

  // Traps: the architectural transitions.

  /** Enters the handler of a trap at pc. @returns the mode that handles it */
  enterTrap(code: number, isInterrupt: boolean, valueLow: number, valueHigh: number): 'm' | 's' {
    const mode = enterTrap(this.state, code, isInterrupt, valueLow, valueHigh);
    this.modesChanged();
    return mode;
  }

  returnFromTrap(instruction: 'mret' | 'sret'): void {
    returnFromTrap(this.state, instruction);
    this.modesChanged();
  }

  /** `sfence.vma` of an address (all when undefined) in an address space (all when undefined). */
  fence(page: number | undefined, asid: number | undefined): void {
    this.tlb.flush(page, asid);
  }

  clearReservation(): void {
    this.state.set(HartLayout.reservation, -1);
  }

  /** May be called at any time: nothing that a guest can see changes. */
  dropFastPath(): void {
    this.fastPath.dropAll();
    this.translation?.updateContexts();
    this.leave(RECHECK);
  }

  /** The page of memory became code: stores to it go slow. */
  dropWrites(memoryOffset: number): void {
    this.fastPath.dropMemoryPage(HartLayout.writeTable, memoryOffset);
  }

  /** Decoded pages were given back. */
  dropCode(): void {
    this.fastPath.dropTable(HartLayout.executeTable);
  }

  dropCrossing(): void {
    this.fastPath.dropCrossing();
  }

  /** Where an address leads now, without side effects; the code of the exception when it faults. */
  peekTranslation(low: number, high: number, access: Access, privilege?: Privilege): Translation | number {
    const own = access === Access.execute ? this.state.privilege : this.translation.dataPrivilege;
    return this.translation.peek(low, high, access, privilege ?? own);
  }

  // Running.

  /** Instructions retired since the hart was made. */
  get retired(): number {
    return this.retiredBefore + (this.isRunning ? this.executedThisRun : 0);
  }

  /** Firmware or VMM has done the work of the instruction at pc: it counts as retired. Not while the hart runs. */
  retireEmulated(): void {
    this.retiredBefore += 1;
  }

  /** Retired by the current `run` before the current instruction, or by the last `run`. */
  get executedThisRun(): number {
    return this.isRunning ? this.budget - this.left() - 1 : this.executed;
  }

  /**
   * Executes at most `budget` instructions: pending interrupts first, even when it is 0. Traps and instructions that trap take none of
   * the budget.
   */
  run(budget: number, options?: RunOptions): RunExit {
    this.budget = budget;
    this.exit = RECHECK;
    this.setAside = undefined;
    this.state.set(HartLayout.budget, budget);
    if (options?.ignoreBreakpointHere) this.passing = { pc: this.pc, retired: this.retiredBefore };
    this.entered(this);
    for (;;) {
      this.takeInterrupt();
      if (this.exit !== RECHECK) break;
      const left = this.left();
      if (left === 0) {
        this.exit = RunExit.Budget;
        break;
      }
      this.setAside = undefined;
      this.isRunning = true;
      this.interpreter(this.state.base, left);
      this.isRunning = false;
      this.undo?.();
      this.undo = undefined;
      if (this.exit !== RECHECK) break;
    }
    this.executed = budget - this.left();
    this.retiredBefore += this.executed;
    this.setAside = undefined;
    return this.exit as RunExit;
  }

  /** Ends the current run at the next instruction boundary. */
  leave(reason: RunExit | typeof RECHECK): void {
    if (!this.isRunning) return;
    if (this.setAside === undefined) {
      this.setAside = this.state.get(HartLayout.budget);
      this.state.set(HartLayout.budget, 0);
    }
    if ((urgency[reason] ?? 0) > (urgency[this.exit] ?? 0)) this.exit = reason;
  }

  /** The interrupt that awaits, if any, is taken; called at instruction boundaries. */
  takeInterrupt(): void {
    const code = pendingInterrupt(this.state);
    if (code >= 0) this.trap(code, true, 0, 0);
  }

  private left(): number {
    return this.setAside ?? this.state.get(HartLayout.budget);
  }

  /** Enters a trap handler, TypeScript's or the guest's. */
  private trap(code: number, isInterrupt: boolean, valueLow: number, valueHigh: number): void {
    const mode = this.enterTrap(code, isInterrupt, valueLow, valueHigh);
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
  raise(code: number, valueLow: number, valueHigh: number): void {
    this.unretire();
    this.trap(code, false, valueLow, valueHigh);
  }

  raiseIllegal(word: number): void {
    this.raise(ExceptionCode.illegalInstruction, word, 0);
  }

  raiseEcall(): void {
    this.raise(ecallCode(this.state.privilege), 0, 0);
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

  /** A fetch faulted: no instruction had been counted. */
  trapFetch(fault: FetchFault | undefined): void {
    if (fault) this.trap(fault.code, false, fault.low, fault.high);
  }

  /** The instruction at pc, not yet counted, has a breakpoint: stops there, but for one that is to be passed. */
  stopsAtBreakpoint(): boolean {
    if (this.passing?.retired === this.retiredBefore + this.budget - this.left() && this.passing.pc === this.pc) {
      return false;
    }
    this.leave(RunExit.Breakpoint);
    return true;
  }

  /**
   * Prepares something that lets the interpreter execute just the instruction at pc, and undoes it when that has retired or trapped.
   * @param isCounted whether the instruction has been taken off the budget, and is executed again
   * @returns false when the run is about to end before the instruction: nothing is prepared, and it will ask again
   */
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

  /** The current instruction is executed again. */
  tryAgain(): void {
    this.unretire();
  }

  /** After an instruction that retired here: pc to what follows. */
  advance(length: 2 | 4): void {
    const low = (this.state.pcLow + length) >>> 0;
    this.state.setPc(low, this.state.pcHigh + (low < length ? 1 : 0));
  }

  /** After a system instruction that retired: pc to what follows, and interrupts that it may have let through. */
  finishSystem(length: 2 | 4): void {
    this.advance(length);
    this.takeInterrupt();
  }

  // CsrHost.

  get hartId(): number {
    return this.id;
  }

  clock(): number {
    return this.shared.platform.clockNow();
  }

  instructionsRetired(): number {
    return this.retired;
  }

  modesChanged(): void {
    this.translation?.updateContexts();
  }

  // State for hashes and snapshots.

  /** Everything of the hart that a guest, firmware or VMM can see; the fast path is no part of it. */
  saveState(): Uint8Array {
    const { privilege, virtual, lines, cycleOffset, instretOffset } = this.state;
    const reservation = this.state.get(HartLayout.reservation);
    const numbers = [
      privilege,
      Number(virtual),
      lines,
      this.retiredBefore,
      reservation,
      Number(cycleOffset >> 32n),
      Number(cycleOffset & 0xffffffffn),
      Number(instretOffset >> 32n),
      Number(instretOffset & 0xffffffffn),
      ...this.pmp.save(),
    ];
    const words = this.state.saveWords();
    const tlb = this.tlb.save();
    const doubles = Float64Array.from([numbers.length, ...numbers, words.length, ...words, ...tlb]);
    return new Uint8Array(doubles.buffer);
  }

  restoreState(saved: Uint8Array): void {
    const doubles = [...new Float64Array(saved.slice().buffer)];
    const count = doubles[0] ?? 0;
    const [privilege = 3, virtual = 0, lines = 0, retired = 0, reservation = -1, ...rest] = doubles.slice(1, 1 + count);
    const [cycleHigh = 0, cycleLow = 0, instretHigh = 0, instretLow = 0, ...pmp] = rest;
    const wordCount = doubles[1 + count] ?? 0;
    this.state.privilege = privilege as Privilege;
    this.state.virtual = virtual === 1;
    this.state.lines = lines;
    this.state.cycleOffset = fromWords(cycleLow, cycleHigh);
    this.state.instretOffset = fromWords(instretLow, instretHigh);
    this.retiredBefore = retired;
    this.state.restoreWords(Int32Array.from(doubles.slice(2 + count, 2 + count + wordCount)));
    this.state.set(HartLayout.reservation, reservation);
    this.pmp.restore(pmp);
    this.tlb.restore(doubles.slice(2 + count + wordCount));
    this.dropFastPath();
  }
}
