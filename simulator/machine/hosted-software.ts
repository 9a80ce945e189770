import type { Hart } from '../core/index';
import type { Component } from '../schema/state/component';
import type { Narration, Step, World } from './narration';

/** Software of a privileged mode that is TypeScript instead of instructions: SBI firmware in M-mode, a VMM in HS-mode. */
export interface HostedSoftware {
  /** Into which a trap leads that it handles. */
  readonly world: World;
  /** `hart` has just taken a trap: the architectural trap entry is done (xepc, xcause, xtval, xstatus, privilege). */
  trapTaken(hart: Hart): void;
  /**
   * Handles the trap that `hart` has taken, at once or when its turn has come.
   * When the narration ends the hart has returned (by an xret) and continues at its pc.
   */
  handleTrap(hart: Hart): Narration;
  /**
   * Whether the trap that `hart` has taken asks what time it is, or for something to be done to other harts: then its handler
   * begins when no hart that runs is behind.
   */
  isOrdered(hart: Hart): boolean;
  /**
   * The guest that `hart` runs traps at its own trap vector, for ever, by traps that are its own affair: no instruction of it retires any more.
   * @returns whether that is the end of this guest; else it is the machine's
   */
  guestLoops(hart: Hart): boolean;
  /** Whether a hart that waits in `wfi` goes on: by the interrupts that are the waiting software's. */
  wakes(hart: Hart): boolean;
  /** What it keeps beside the machine's own memory and registers. */
  readonly component: Component;
}

/** A handler in which a debugger has stopped: nothing else of the machine moves meanwhile. */
export interface ActiveHandler {
  readonly hart: Hart;
  /** Its steps, of which the outermost crossing is that into the world that handles the trap. */
  readonly narration: Narration;
  /** Every step so far; the last one is where the handler stands (about to do what it says). */
  readonly trail: Step[];
}
