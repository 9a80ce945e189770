import { type Hart, NANOSECONDS_PER_TICK } from '../core/index';
import type { TimedDevice } from '../devices/device';
import type { BoardClock } from '../machine/board';
import type { Machine } from '../machine/machine';
import { component, type StateOf, stateSchema } from '../schema/state/component';
import { instant } from '../schema/state/fields';

/** Whose time a VM sees: the machine's, as under KVM, or its own, which stands while the VMM works for it. */
export const VM_TIMES = ['real', 'own'] as const;
export type VmTime = (typeof VM_TIMES)[number];

const clockState = stateSchema(
  'vm-clock',
  1,
  {
    /** How much later it is on the machine: whole ticks, so that the guest's `time` changes when the machine's does. Nanoseconds. */
    stolen: instant,
  },
  ({ stolen }) =>
    stolen % NANOSECONDS_PER_TICK === 0 ? undefined : { path: ['stolen'], problem: 'must be whole ticks of mtime' },
);

/** The time of one VM, in nanoseconds: what its devices, its timers and its `time` go by. */
export class VmClock implements BoardClock {
  private readonly kept: StateOf<typeof clockState> = { stolen: 0 };
  readonly component = component(clockState, this.kept);
  private readonly devices: TimedDevice[] = [];

  constructor(
    private readonly machine: Machine,
    readonly time: VmTime,
  ) {}

  now(): number {
    return this.machine.clock.now() - this.kept.stolen;
  }

  /** The VM's time where one of its harts has come to. */
  timeOf(hart: Hart): number {
    return this.machine.scheduler.timeOf(hart) - this.kept.stolen;
  }

  /** How much later it is on the machine, in ticks of mtime. */
  get ticksStolen(): number {
    return this.kept.stolen / NANOSECONDS_PER_TICK;
  }

  register(device: TimedDevice): void {
    this.devices.push(device);
    this.machine.clock.register({ name: device.name, wake: (now) => device.wake(now - this.kept.stolen) });
  }

  schedule(owner: string, deadline: number): void {
    this.machine.clock.schedule(owner, deadline + this.kept.stolen);
  }

  cancel(owner: string): void {
    this.machine.clock.cancel(owner);
  }

  /**
   * The VMM has spent so much of the hart's time on the VM: under `own` that is not the VM's. What is due in the VM's time comes so much later.
   * @returns nanoseconds by which the hart's time goes on: as many and, under `own`, the rest of a tick
   */
  spend(nanoseconds: number): number {
    if (this.time === 'real') return nanoseconds;
    const whole = Math.ceil(nanoseconds / NANOSECONDS_PER_TICK) * NANOSECONDS_PER_TICK;
    this.kept.stolen += whole;
    for (const { name } of this.devices) this.machine.clock.postpone(name, whole);
    return whole;
  }
}
