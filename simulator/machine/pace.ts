/** How a guest's time passes while it waits: as the host's clock does, or at once. */
export const PACES = ['realtime', 'max'] as const;
export type PaceName = (typeof PACES)[number];

/** Nanoseconds of the machine's clock in a millisecond of the host's. */
const NANOSECONDS = 1e6;
/** At most so long a nap, in milliseconds: hosts' timers end at 2^31, and a clock may be set. */
const LONGEST_NAP = 1000;

/** Lets the machine's time pass while every hart waits; what it says is for `RunRequest.waitUntil`. It changes no state of the machine. */
export class Pace {
  /** When the host began to wait for the machine; undefined while it does not. */
  private since: number | undefined;

  constructor(private readonly name: PaceName) {}

  /**
   * Up to which instant of the machine's clock a wait may last in the run that follows: as much later as the host has slept.
   * @param clock nanoseconds @param now milliseconds of the host's clock
   */
  waitUntil(clock: number, now: number): number | undefined {
    const slept = this.since === undefined ? 0 : now - this.since;
    this.since = undefined;
    return this.name === 'max' ? undefined : clock + Math.floor(slept * NANOSECONDS);
  }

  /** The machine does not run on: what its host sleeps from here on is no time of the machine's. */
  rest(): void {
    this.since = undefined;
  }

  /**
   * The machine waits for an instant of its clock: the host may sleep.
   * @returns milliseconds until then, or until it is time to look again
   */
  sleep(deadline: number, clock: number, now: number): number {
    this.since = now;
    return Math.min(LONGEST_NAP, Math.ceil((deadline - clock) / NANOSECONDS));
  }
}
