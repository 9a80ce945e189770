import { NANOSECONDS_PER_TICK } from '../devices/clint';
import type { DeviceClock, TimedDevice } from '../devices/device';

/**
 * Machine time in nanoseconds: one for each retired instruction of any hart, plus what WFI skipped while no hart could run, plus pauses.
 * Deadlines are one per owner and plain data; those at the same instant fire in order of their owners' names, so that nothing depends on history.
 */
export class Clock implements DeviceClock {
  private base = 0;
  private skipped = 0;
  private running: (() => number) | undefined;
  private readonly deadlines = new Map<string, number>();
  private readonly owners = new Map<string, TimedDevice>();
  private earliest = Number.POSITIVE_INFINITY;

  /** @param onEarlierDeadline called when a deadline before all others is set: the core may be running towards a later one. */
  constructor(private readonly onEarlierDeadline: () => void) {}

  register(device: TimedDevice): void {
    this.owners.set(device.name, device);
  }

  now(): number {
    return this.running ? this.base + this.running() : this.base;
  }

  /** While a hart runs, the instructions that it has executed so far count as time. */
  follow(executed: () => number): void {
    this.running = executed;
  }

  /** The hart has left the core: what it executed becomes past. */
  settle(executed: number): void {
    this.running = undefined;
    this.base += executed;
  }

  /** Firmware or VMM has done the work of an instruction. */
  countEmulated(): void {
    this.base += 1;
  }

  /** No hart can run: time passes without instructions. */
  skip(nanoseconds: number): void {
    this.base += nanoseconds;
    this.skipped += nanoseconds;
  }

  /**
   * A hart pauses: up to the next tick of mtime, or what is due before it. Who waits in a loop for something that comes with time then
   * sees the time of its coming, not one before (manual, volume I, "Zihintpause": the duration is bounded, and may be zero).
   */
  pause(): void {
    const tick = Math.ceil(this.now() / NANOSECONDS_PER_TICK) * NANOSECONDS_PER_TICK;
    this.skip(Math.max(0, Math.min(tick, this.earliest) - this.now()));
  }

  /** Instructions retired by all harts. */
  get retired(): number {
    return this.now() - this.skipped;
  }

  schedule(owner: string, deadline: number): void {
    this.deadlines.set(owner, deadline);
    if (deadline < this.earliest) {
      this.earliest = deadline;
      this.onEarlierDeadline();
    } else {
      this.findEarliest();
    }
  }

  cancel(owner: string): void {
    if (this.deadlines.delete(owner)) this.findEarliest();
  }

  /** The next instant at which a device wakes; Infinity when none waits. */
  nextDeadline(): number {
    return this.earliest;
  }

  /** Wakes every device whose deadline has come. */
  wakeDue(): void {
    while (this.earliest <= this.base) {
      const due = [...this.deadlines].filter(([, deadline]) => deadline <= this.base).sort(byTimeThenOwner);
      const first = due[0];
      if (!first) return;
      this.deadlines.delete(first[0]);
      this.findEarliest();
      this.owners.get(first[0])?.wake(this.base);
    }
  }

  state() {
    return {
      now: this.base,
      skipped: this.skipped,
      deadlines: [...this.deadlines].sort(byTimeThenOwner).map(([owner, deadline]) => ({ owner, deadline })),
    };
  }

  restore({ now, skipped, deadlines }: ReturnType<Clock['state']>): void {
    this.base = now;
    this.skipped = skipped;
    this.deadlines.clear();
    for (const { owner, deadline } of deadlines) this.deadlines.set(owner, deadline);
    this.findEarliest();
  }

  private findEarliest(): void {
    this.earliest = Number.POSITIVE_INFINITY;
    for (const deadline of this.deadlines.values()) if (deadline < this.earliest) this.earliest = deadline;
  }
}

const byTimeThenOwner = (a: readonly [string, number], b: readonly [string, number]): number =>
  a[1] - b[1] || (a[0] < b[0] ? -1 : 1);
