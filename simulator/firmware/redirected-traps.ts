import { type AccessFault, fromWords, type Hart } from '../core/index';
import type { Machine } from '../machine/machine';
import { exception } from '../machine/trap';

/** Where a trap was passed on to, and how much the hart had retired then: a second one there without progress is a trap loop. */
interface Redirection {
  readonly low: number;
  readonly high: number;
  readonly retired: number;
}

const NONE: Redirection = { low: 0, high: 0, retired: -1 };

/** The traps that firmware has taken and passes on to the supervisor, or to a guest of the supervisor's that is to have them. */
export class RedirectedTraps {
  private readonly last: Redirection[];

  constructor(private readonly machine: Machine) {
    this.last = machine.harts.map(() => NONE);
  }

  /** Gives the software below M-mode a trap in the place of the one that the firmware handles, as if its own instruction had taken it. */
  give(hart: Hart, { code, valueLow, valueHigh, details }: Omit<AccessFault, 'offset'>): void {
    hart.returnFromTrap('mret');
    const { retired } = hart;
    const last = this.last[hart.id] ?? NONE;
    if (last.retired === retired && last.low === hart.pcLow && last.high === hart.pcHigh) {
      this.machine.finish({ reason: 'trap-loop', hart });
      return;
    }
    hart.redirectTrap(code, valueLow, valueHigh, details);
    this.last[hart.id] = { low: hart.pcLow, high: hart.pcHigh, retired };
    this.machine.reportGuestTrap(hart, exception(code, fromWords(valueLow, valueHigh)));
  }

  state() {
    return this.last.map(({ low, high, retired }) => ({ low, high, retired }));
  }

  restore(saved: ReturnType<RedirectedTraps['state']>): void {
    this.last.splice(0, this.last.length, ...saved.map((last) => ({ ...last })));
  }
}
