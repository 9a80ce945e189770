/** Milliseconds that a portion should take: small enough that a slice of some portions ends in time. */
const AIM = 4;
const SMALLEST = 500;
const LARGEST = 4_000_000;
const NANOSECONDS = 1e6;
/** At most so long a nap, in milliseconds, so that a pause is heard soon. */
const LONGEST_WAIT = 20;

/** How many instructions to run in one go, and when to let the wall's clock catch up. */
export class Pace {
  /** Instructions of a portion. */
  portion = 20_000;
  private clockStart: number;
  private hostStart: number;

  constructor(
    private readonly mode: 'max' | 'realtime',
    clock: number,
    now: number,
  ) {
    this.clockStart = clock;
    this.hostStart = now;
  }

  /** Real time counts from here: what passed while the machine stood still is forgotten. */
  resume(clock: number, now: number): void {
    this.clockStart = clock;
    this.hostStart = now;
  }

  /** A whole portion took so many milliseconds. */
  took(milliseconds: number): void {
    if (milliseconds > AIM * 1.5) this.portion = Math.max(SMALLEST, Math.floor(this.portion / 2));
    else if (milliseconds < AIM / 2) this.portion = Math.min(LARGEST, this.portion * 2);
  }

  /** Milliseconds by which the machine's clock is ahead of the wall's. */
  wait(clock: number, now: number): number {
    if (this.mode === 'max') return 0;
    const ahead = (clock - this.clockStart) / NANOSECONDS - (now - this.hostStart);
    return Math.min(LONGEST_WAIT, Math.max(0, Math.floor(ahead)));
  }
}
