import type { Hart } from '../core/index';
import type { RunRequest } from '../machine/machine';
import type { Trap } from '../machine/trap';
import { type ConsoleScript, MOST_OUTPUT, TYPING_SLICE } from './console-script';
import type { RunEnd } from './judge-end';
import type { TestedGuest } from './tested-guest';

/** Instructions between two looks at what goes on. */
export const SLICE = 100_000;

/** What a run has come to: its end, or something that was looked for. */
export type Passed =
  | RunEnd
  | { readonly reason: 'breakpoint'; readonly hart: Hart }
  | { readonly reason: 'guest-trap'; readonly hart: Hart; readonly trap: Trap };

/** A guest that runs up to a limit, and what is typed at it. Nothing of it depends on where it is stopped. */
export class GuestRun {
  private passBreakpoint = false;

  /** @param limit in instructions */
  constructor(
    private readonly guest: TestedGuest,
    private readonly script: ConsoleScript,
    private readonly limit: number,
  ) {}

  /** Runs on for a while, and past the breakpoint at which it stands. @param most instructions; undefined when nothing has come of it so far */
  next(request: Pick<RunRequest, 'stopAtGuestTrap'> = {}, most = Number.POSITIVE_INFINITY): Passed | undefined {
    const { guest, script, limit } = this;
    const { system } = guest;
    const { machine } = system;
    const { retired } = machine.clock;
    if (script.isFull) return { reason: 'too-much', what: `it prints more than ${MOST_OUTPUT} bytes` };
    const slice = script.untyped.length > 0 ? TYPING_SLICE : SLICE;
    if (retired % slice === 0) script.deliver(system);
    if (retired >= limit) return { reason: 'limit', instructions: limit };
    const stop = machine.run({
      instructions: Math.min(most, limit - retired, slice - (retired % slice)),
      passBreakpoint: this.passBreakpoint,
      ...request,
    });
    this.passBreakpoint = stop.reason === 'breakpoint';
    switch (stop.reason) {
      case 'waiting-for-input':
        // What is not due while the guest waits for nothing else will never be: then nothing comes any more.
        if (!script.deliver(system)) system.closeInput();
        return undefined;
      case 'breakpoint':
      case 'guest-trap':
      case 'power-off':
      case 'reset':
      case 'waiting-forever':
      case 'trap-loop':
      case 'killed':
        return stop;
      default:
        return undefined;
    }
  }
}
