import { Integer, Object as ObjectOf, type Static } from '@sinclair/typebox';
import { type AccessFault, fromWords, type Hart } from '../core/index';
import type { Machine } from '../machine/machine';
import { exception } from '../machine/trap';
import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { listOf, signedWord } from '../schema/state/fields';

/** Where a trap was passed on to, and how much the hart had retired then: a second one there without progress is a trap loop. */
const redirection = ObjectOf({
  low: signedWord,
  high: signedWord,
  retired: Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER }),
});

const NONE: Readonly<Static<typeof redirection>> = { low: 0, high: 0, retired: -1 };

const redirectedState = (harts: number) =>
  stateSchema('redirected-traps', 1, {
    /** By hart: the last one. */
    last: listOf(redirection, { exactly: harts }),
  });

/** The traps that firmware has taken and passes on to the supervisor, or to a guest of the supervisor's that is to have them. */
export class RedirectedTraps {
  private readonly state: StateOf<ReturnType<typeof redirectedState>>;
  readonly component: Component;

  constructor(private readonly machine: Machine) {
    this.state = { last: machine.harts.map(() => NONE) };
    this.component = component(redirectedState(machine.harts.length), this.state);
  }

  /** Gives the software below M-mode a trap in the place of the one that the firmware handles, as if its own instruction had taken it. */
  give(hart: Hart, { code, valueLow, valueHigh, details }: Omit<AccessFault, 'offset'>): void {
    hart.returnFromTrap('mret');
    const { retired } = hart;
    const last = this.state.last[hart.id] ?? NONE;
    if (last.retired === retired && last.low === hart.pcLow && last.high === hart.pcHigh) {
      this.machine.finish({ reason: 'trap-loop', hart });
      return;
    }
    hart.redirectTrap(code, valueLow, valueHigh, details);
    this.state.last[hart.id] = { low: hart.pcLow, high: hart.pcHigh, retired };
    this.machine.reportGuestTrap(hart, exception(code, fromWords(valueLow, valueHigh)));
  }
}
