import { Hypervisor } from '../../../simulator/hypervisor/hypervisor';

/** Traps into the VMM during which no instruction of a guest retires. No VMM that works takes so many. */
const MOST_TRAPS = 1000;

/**
 * A VMM with a fault may handle one trap after another while its guest stands, which no budget of instructions ends: from here on that is an
 * error of the run.
 */
export function endRunsWithoutProgress(): void {
  const { trapTaken } = Hypervisor.prototype;
  const progress = new WeakMap<Hypervisor, { traps: number; retired: number }>();
  Hypervisor.prototype.trapTaken = function (this: Hypervisor, hart) {
    const { retired } = this.machine.clock;
    const before = progress.get(this);
    const traps = before?.retired === retired ? before.traps + 1 : 1;
    if (traps > MOST_TRAPS) throw new Error('the VMM handles one trap after another, and the guest does not go on');
    progress.set(this, { traps, retired });
    trapTaken.call(this, hart);
  };
}
