import type { DeviceClock, TimedDevice } from '../devices/device';
import { componentOf, type StateHolder, type StateOf, stateSchema } from '../schema/state/component';
import { count, tableOf, text } from '../schema/state/fields';

const LONGEST_NAME = 64;
const MOST_OWNERS = 1024;

const clockState = (isOwner: (name: string) => boolean) =>
  stateSchema(
    'clock',
    1,
    {
      retired: count,
      /** By owner. */
      deadlines: tableOf(text(LONGEST_NAME), count, MOST_OWNERS),
    },
    ({ deadlines }) => {
      const index = [...deadlines.keys()].findIndex((owner) => !isOwner(owner));
      return index < 0 ? undefined : { path: ['deadlines', index, 0], problem: 'must be something that has deadlines' };
    },
  );

type ClockState = StateOf<ReturnType<typeof clockState>>;

/**
 * What is due at which instant of machine time, in nanoseconds. Deadlines are one per owner and plain data; those at the same instant fire
 * in order of their owners' names, so that nothing depends on history.
 */
export class Clock implements DeviceClock, StateHolder<ClockState> {
  /** Instructions retired by all harts, those included whose work firmware or VMM has done. */
  retired = 0;
  /** Who is being woken: what happens meanwhile is its doing. */
  waking: string | undefined;
  private readonly deadlines = new Map<string, number>();
  private readonly owners = new Map<string, TimedDevice>();
  private earliest = Number.POSITIVE_INFINITY;
  readonly component = componentOf(
    clockState((name) => this.owners.has(name)),
    this,
  );

  /**
   * @param time what time it is for whoever asks
   * @param onEarlierDeadline called when a deadline before all others is set: harts may be running towards a later one
   */
  constructor(
    private readonly time: () => number,
    private readonly onEarlierDeadline: (deadline: number) => void,
  ) {}

  register(device: TimedDevice): void {
    this.owners.set(device.name, device);
  }

  now(): number {
    return this.time();
  }

  /** One that has passed already is due now. */
  schedule(owner: string, wanted: number): void {
    const deadline = Math.max(wanted, this.time());
    this.deadlines.set(owner, deadline);
    if (deadline < this.earliest) {
      this.earliest = deadline;
      this.onEarlierDeadline(deadline);
    } else {
      this.findEarliest();
    }
  }

  /** When an owner is woken; undefined where it has no deadline. */
  deadlineOf(owner: string): number | undefined {
    return this.deadlines.get(owner);
  }

  /** The deadline of an owner that has one comes later. */
  postpone(owner: string, nanoseconds: number): void {
    const deadline = this.deadlines.get(owner);
    if (deadline !== undefined) this.schedule(owner, deadline + nanoseconds);
  }

  cancel(owner: string): void {
    if (this.deadlines.delete(owner)) this.findEarliest();
  }

  /** The next instant at which a device wakes; Infinity when none waits. */
  nextDeadline(): number {
    return this.earliest;
  }

  /** Wakes the devices whose deadline is the next one, and those whose deadlines it brings to the same instant. */
  wakeNext(): void {
    const instant = this.earliest;
    while (this.earliest <= instant) {
      const [first] = [...this.deadlines].filter(([, deadline]) => deadline <= instant).sort(byTimeThenOwner);
      if (!first) return;
      this.deadlines.delete(first[0]);
      this.findEarliest();
      this.waking = first[0];
      this.owners.get(first[0])?.wake(instant);
      this.waking = undefined;
    }
  }

  state(): ClockState {
    return { retired: this.retired, deadlines: this.deadlines };
  }

  restore({ retired, deadlines }: ClockState): void {
    this.retired = retired;
    this.deadlines.clear();
    for (const [owner, deadline] of deadlines) this.deadlines.set(owner, deadline);
    this.findEarliest();
  }

  private findEarliest(): void {
    this.earliest = Number.POSITIVE_INFINITY;
    for (const deadline of this.deadlines.values()) if (deadline < this.earliest) this.earliest = deadline;
  }
}

const byTimeThenOwner = (a: readonly [string, number], b: readonly [string, number]): number =>
  a[1] - b[1] || (a[0] < b[0] ? -1 : 1);
