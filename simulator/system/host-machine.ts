import type { Machine } from '../machine/machine';
import { BareMachine } from './bare-machine';

/**
 * The machine below a VMM, as that has it: its harts, with the same firmware as a bare machine's, and devices that no guest ever sees. To
 * look at: what a handler works with is nobody's to write but the VMM's.
 */
export class HostMachine extends BareMachine {
  constructor(machine: Machine) {
    super(machine, { firmware: 'sbi', slots: [], startTime: 0, console: () => undefined });
    this.boot(0n, 0, 0n);
  }

  /** It has no guest that would call it. */
  override get sbi(): undefined {
    return undefined;
  }

  /** None of it is a guest's that could write there. */
  override toGuest(): undefined {
    return undefined;
  }

  /** It is nobody's to write but the VMM's. */
  override place(): boolean {
    return false;
  }
}
