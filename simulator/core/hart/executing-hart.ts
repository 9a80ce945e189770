import type { FetchFault } from '../memory/instruction-fetch';
import type { ArchitecturalHart } from './architectural-hart';
import type { RunExit } from './exits';

/** What slow code may do to the hart (hart.ts) in the middle of an instruction. */
export interface ExecutingHart
  extends Pick<
    ArchitecturalHart,
    | 'state'
    | 'csrs'
    | 'options'
    | 'pcLow'
    | 'pcHigh'
    | 'interruptAwaits'
    | 'returnFromTrap'
    | 'fence'
    | 'fenceVirtual'
    | 'fenceGuest'
  > {
  /** Ends the current run at the next instruction boundary. */
  leave(reason: RunExit): void;
  /** The interrupt that awaits, if any, is taken; called at instruction boundaries. */
  takeInterrupt(): void;
  /** Illegal or virtual instruction; a compressed one has its own 16 bits. */
  raiseIllegal(word: number, code?: number): void;
  raiseEcall(): void;
  raiseBreakpoint(): void;
  /** The current instruction is often jumped to. Not while something is prepared for this instruction alone. */
  translate(entry: number): void;
  /** A fetch faulted: no instruction had been counted. */
  trapFetch(fault: FetchFault | undefined): void;
  /** The instruction at pc, not yet counted, has a breakpoint: stops there, but for one that is to be passed. */
  stopsAtBreakpoint(): boolean;
  /**
   * Prepares something that lets the interpreter execute just the instruction at pc, and undoes it when that has retired or trapped.
   * @param isCounted whether the instruction has been taken off the budget, and is executed again
   * @returns false when the run is about to end before the instruction: nothing is prepared, and it will ask again
   */
  once(prepare: () => void, undo: () => void, isCounted: boolean): boolean;
  /** The current instruction is executed again. */
  tryAgain(): void;
  /** The current instruction reads the time, which has to wait: it is executed when the hart runs again. */
  postpone(): void;
  /** After an instruction that retired here: pc to what follows. */
  advance(length: 2 | 4): void;
  /** After a system instruction that retired: pc to what follows, and interrupts that it may have let through. */
  finishSystem(length: 2 | 4): void;
}
