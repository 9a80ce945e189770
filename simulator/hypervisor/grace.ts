import type { Hart } from '../core/index';
import type { TimedDevice } from '../devices/device';
import type { Machine } from '../machine/machine';
import { component, type StateOf, stateSchema } from '../schema/state/component';
import { flag, upTo } from '../schema/state/fields';

/** A sequence of lr and sc that must succeed in the end has sixteen instructions at the most (Unprivileged, "Eventual Success of Store-Conditional Instructions"). */
const MOST_INSTRUCTIONS = 64;

const graceSchema = stateSchema('grace', 1, {
  /** Instructions that it still has. */
  left: upTo(MOST_INSTRUCTIONS),
  /** It has had as many as it needed, or all. */
  isOver: flag,
});

/**
 * Lets a vCPU with a reservation come to its sc before its hart is taken from it: a guest that lives by its own time is to see no sc fail that would
 * not have failed alone. One instruction after the other, up to a limit: who never gives a reservation up keeps no hart by that.
 */
export class Grace implements TimedDevice {
  readonly name: string;
  private readonly kept: StateOf<typeof graceSchema> = { left: 0, isOver: false };
  readonly component = component(graceSchema, this.kept);

  /** @param over called when the reservation is given up, or the limit reached */
  constructor(
    private readonly machine: Machine,
    private readonly hart: Hart,
    private readonly over: () => void,
  ) {
    this.name = `pcpu${hart.id}.grace`;
    machine.clock.register(this);
  }

  /** Whether who runs may go on, since it has a reservation and has not had its time to give it up. */
  get isWanted(): boolean {
    return this.hart.hasReservation && !this.kept.isOver;
  }

  /** It goes on for that; also who is asked twice has it once. */
  give(): void {
    if (this.kept.left > 0) return;
    this.kept.left = MOST_INSTRUCTIONS;
    this.next();
  }

  /** Somebody else is asked, or the same one for another time. */
  end(): void {
    if (this.kept.left > 0) this.machine.clock.cancel(this.name);
    this.kept.left = 0;
    this.kept.isOver = false;
  }

  wake(now: number): void {
    const { hart } = this;
    // What the handler has cost has passed: not with the guest's instructions.
    const hasRun = this.machine.scheduler.timeOf(hart) <= now;
    if (hasRun) this.kept.left -= 1;
    if (this.kept.left > 0 && hart.hasReservation) this.next();
    else {
      this.kept.left = 0;
      this.kept.isOver = true;
      this.over();
    }
  }

  /** An instruction is a nanosecond. */
  private next(): void {
    this.machine.clock.schedule(this.name, this.machine.scheduler.timeOf(this.hart) + 1);
  }
}
