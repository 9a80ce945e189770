import type { Hart } from '../core/index';
import type { Trap } from './trap';

/** Why `Machine.run` came back. */
export type MachineStop =
  /** The instruction budget is used up; nothing happened. */
  | { readonly reason: 'limit' }
  /** Every hart waits, and the next event lies beyond the instant up to which the request lets time pass. */
  | { readonly reason: 'waiting'; readonly deadline: number }
  /** The instruction at `hart`'s pc has a breakpoint and has not been executed. */
  | { readonly reason: 'breakpoint'; readonly hart: Hart }
  /** The last instruction of `hart` touched watched memory. */
  | { readonly reason: 'watchpoint'; readonly hart: Hart; readonly address: number; readonly write: boolean }
  /** A handler stands at a step that was asked for: see `Machine.activeHandler`. */
  | { readonly reason: 'handler'; readonly hart: Hart }
  /** A handler that had been stopped in has ended. */
  | { readonly reason: 'handler-end'; readonly hart: Hart }
  /** The guest took a trap into its own handler, and the request asked to stop at those. */
  | { readonly reason: 'guest-trap'; readonly hart: Hart; readonly trap: Trap }
  | EndOfRun;

/** The machine does not go on from these without outside help. */
export type EndOfRun =
  /** Powered off; `code` is 0 for success. */
  | { readonly reason: 'power-off'; readonly code: number }
  /** The guest asked for a reset. */
  | { readonly reason: 'reset' }
  /** Every hart waits, no event can come, and the console's input is closed. */
  | { readonly reason: 'waiting-forever' }
  /** Every hart waits, and only console input can wake one. */
  | { readonly reason: 'waiting-for-input' }
  /** A hart traps for ever without retiring an instruction: its trap vector cannot be executed. */
  | { readonly reason: 'trap-loop'; readonly hart: Hart }
  /** The VMM killed the VM. */
  | { readonly reason: 'killed'; readonly hart: Hart; readonly why: string; readonly kind: string };
