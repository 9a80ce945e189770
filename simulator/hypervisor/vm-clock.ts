import { type Hart, NANOSECONDS_PER_TICK } from '../core/index';
import type { TimedDevice } from '../devices/device';
import type { BoardClock } from '../machine/board';
import type { Machine } from '../machine/machine';
import { componentOf, type StateHolder, type StateOf, stateSchema } from '../schema/state/component';
import { instant, nullable, tableOf, text } from '../schema/state/fields';

/** Whose time a VM sees: the machine's, as under KVM, or its own, which passes while it runs or waits for something, and stands otherwise. */
export const VM_TIMES = ['real', 'own'] as const;
export type VmTime = (typeof VM_TIMES)[number];

const LONGEST_NAME = 64;
const MOST_OWNERS = 64;

const clockState = stateSchema(
  'vm-clock',
  2,
  {
    /** How much later it is on the machine: whole ticks, so that the guest's `time` changes when the machine's does. Nanoseconds. */
    stolen: instant,
    /** Since when on the machine's clock it stands; null while it passes. */
    stands: nullable(instant),
    /** What is due when in the VM's time, of what is not the machine's affair while it stands. */
    deadlines: tableOf(text(LONGEST_NAME), instant, MOST_OWNERS),
  },
  ({ stolen, stands, deadlines }) => {
    if (stolen % NANOSECONDS_PER_TICK !== 0) return { path: ['stolen'], problem: 'must be whole ticks of mtime' };
    if (stands !== null && stands < stolen)
      return { path: ['stands'], problem: 'must be later than all that was stolen' };
    return stands === null && deadlines.size > 0
      ? { path: ['deadlines'], problem: 'must be empty while the clock passes' }
      : undefined;
  },
);
type ClockState = StateOf<typeof clockState>;

/** The time of one VM, in nanoseconds: what its devices, its timers and its `time` go by. */
export class VmClock implements BoardClock, StateHolder<ClockState> {
  readonly component = componentOf(clockState, this);
  private stolen = 0;
  private stands: number | null = null;
  private deadlines = new Map<string, number>();
  private readonly devices: TimedDevice[] = [];

  constructor(
    private readonly machine: Machine,
    readonly time: VmTime,
    /** Told that a device is to be woken. */
    private readonly scheduled: (owner: string) => void,
  ) {}

  now(): number {
    return (this.stands ?? this.machine.clock.now()) - this.stolen;
  }

  /** The same in ticks of mtime. */
  get ticks(): number {
    return Math.floor(this.now() / NANOSECONDS_PER_TICK);
  }

  /** Whether it does not stand. */
  get passes(): boolean {
    return this.stands === null;
  }

  /** The VM's time where one of its vCPUs has come to, by its hart. */
  timeOf(hart: Hart): number {
    return this.stands === null ? this.machine.scheduler.timeOf(hart) - this.stolen : this.now();
  }

  /** How much later it is on the machine, in ticks of mtime. */
  get ticksStolen(): number {
    return this.stolen / NANOSECONDS_PER_TICK;
  }

  register(device: TimedDevice): void {
    this.devices.push(device);
    this.machine.clock.register({ name: device.name, wake: (now) => device.wake(now - this.stolen) });
  }

  schedule(owner: string, deadline: number): void {
    this.scheduled(owner);
    if (this.stands === null) this.machine.clock.schedule(owner, deadline + this.stolen);
    else this.deadlines.set(owner, deadline);
  }

  cancel(owner: string): void {
    this.machine.clock.cancel(owner);
    this.deadlines.delete(owner);
  }

  /** The VM is kept from running: under `own` its time stands, and nothing becomes due of it. What is due just now comes still. */
  stand(): void {
    if (this.time === 'real' || this.stands !== null) return;
    // One that began anew at a tick may be a little ahead of others.
    const now = Math.max(this.machine.clock.now(), this.stolen);
    this.stands = now;
    for (const { name } of this.devices) {
      const deadline = this.machine.clock.deadlineOf(name);
      if (deadline === undefined || deadline <= now) continue;
      this.machine.clock.cancel(name);
      this.deadlines.set(name, deadline - this.stolen);
    }
  }

  /**
   * The VM runs, or waits for something of its own, from a moment of the machine's on.
   * @returns nanoseconds by which that is later, so that what was stolen is whole ticks
   */
  goOn(from: number): number {
    const { stands } = this;
    if (stands === null) return 0;
    const whole = wholeTicks(from - stands);
    this.stolen += whole;
    this.stands = null;
    for (const [name, deadline] of this.deadlines) this.machine.clock.schedule(name, deadline + this.stolen);
    this.deadlines.clear();
    return stands + whole - from;
  }

  /** The VM is switched on again: nothing is due of what was, and its own time begins anew, at a tick. */
  restart(): void {
    for (const { name } of this.devices) this.cancel(name);
    if (this.time === 'real') return;
    const now = wholeTicks(this.machine.clock.now());
    this.stolen = this.stands = now;
  }

  /**
   * The VMM has spent so much of the hart's time on the VM: under `own` that is not the VM's. What is due in the VM's time comes so much later.
   * @returns nanoseconds by which the hart's time goes on: as many and, under `own`, the rest of a tick
   */
  spend(nanoseconds: number): number {
    // While it stands, all of it is taken from the VM already.
    if (this.time === 'real' || this.stands !== null) return nanoseconds;
    const whole = wholeTicks(nanoseconds);
    this.stolen += whole;
    for (const { name } of this.devices) this.machine.clock.postpone(name, whole);
    return whole;
  }

  state(): ClockState {
    return { stolen: this.stolen, stands: this.stands, deadlines: this.deadlines };
  }

  restore({ stolen, stands, deadlines }: ClockState): void {
    this.stolen = stolen;
    this.stands = stands;
    this.deadlines = deadlines;
  }
}

/** As many nanoseconds, or a little more. */
const wholeTicks = (nanoseconds: number): number =>
  Math.ceil(nanoseconds / NANOSECONDS_PER_TICK) * NANOSECONDS_PER_TICK;
