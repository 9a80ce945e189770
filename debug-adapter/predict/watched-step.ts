import { Csr, causeOf } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import { Privilege } from '../../simulator/mmu/index';
import { NO_TRAP } from '../protocol';
import { type GuestStep, isExit, stepIn } from '../run/guest-stepping';
import type { Plan } from '../run/plan';
import { isSynchronous } from '../run/traps';
import type { HandlerName } from './questions';
import { INTERRUPTED } from './questions';

/** Software that takes a trap first. */
type Taker = 'guest' | 'vmm' | 'firmware';

/** What a step of one instruction has come upon. */
export class WatchedStep {
  private first: { readonly cause: string; readonly by: Taker } | undefined;
  /** Who took the first interrupt that was no guest's: only what the guest is given of it is a trap of its own. */
  private interruptedBy: Taker | undefined;
  private reachesGuest = false;
  private hasEnded = false;

  constructor(private readonly step: GuestStep) {}

  /** Whether the instruction is over: else something else has stopped the machine before. */
  get isOver(): boolean {
    return this.hasEnded;
  }

  /** The cause of the first trap. */
  get cause(): string {
    return this.first?.cause ?? NO_TRAP;
  }

  /** Who has handled it. */
  get handler(): HandlerName | undefined {
    const { first } = this;
    if (!first || first.by === 'guest') return first?.by;
    return this.reachesGuest ? `${first.by}-guest` : first.by;
  }

  /** One instruction of the guest, in whose course VMM and firmware run through: up to the guest's own handler where that has the trap. */
  *plan(): Plan {
    const { debuggee, cpu } = this.step;
    const plan = stepIn(this.step, 'handler');
    let next = plan.next();
    while (!next.done) {
      const leg = next.value;
      const stop = yield {
        ...leg,
        stopAtStep: (step, handler) => {
          if (isExit(this.step, handler)) this.exits(handler);
          return leg.stopAtStep?.(step, handler) ?? false;
        },
        stopAtGuestTrap: (trap, hart) => {
          if (debuggee.isOn(cpu, hart)) {
            this.first ??= trap.interrupt
              ? { cause: INTERRUPTED, by: this.interruptedBy ?? 'guest' }
              : { cause: causeOf(trap.cause, false).id, by: 'guest' };
            this.reachesGuest = true;
          }
          return leg.stopAtGuestTrap?.(trap, hart) ?? false;
        },
      };
      next = plan.next(stop);
    }
    this.hasEnded = true;
    return next.value;
  }

  /** Software that is no guest's begins to handle what the instruction did, or an interrupt. */
  private exits(handler: ActiveHandler): void {
    const { hart } = handler;
    const isOfMachine = hart.privilege === Privilege.machine;
    if (!isSynchronous(handler)) {
      // Firmware below a VMM hands on to that, and never to a guest.
      if (!isOfMachine || !this.step.debuggee.vm) this.interruptedBy ??= isOfMachine ? 'firmware' : 'vmm';
      return;
    }
    const { id } = causeOf(hart.csrLow((isOfMachine ? Csr.mcause : Csr.scause).number), false);
    this.first ??= { cause: id, by: isOfMachine ? 'firmware' : 'vmm' };
  }
}
