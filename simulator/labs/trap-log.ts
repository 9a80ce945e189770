import { INTERRUPT_BIT } from '../hypervisor/ledger/ledger';
import type { Trap } from '../machine/trap';
import type { System } from '../system/system';

/** A trap, and who handled it. */
export interface LastTrap {
  readonly cause: number;
  readonly interrupt: boolean;
  readonly by: 'guest' | 'vmm' | 'both';
}

/** Exits that fill a table, after which the instruction is executed again: what the guest traps for then is another trap. */
const FILLS: ReadonlySet<string> = new Set(['shadow-miss', 'second-stage-fill']);

/** Which trap was the last one: of those that the guest's own handler took, and of the exits into the VMM. */
export class TrapLog {
  private ofGuest: { readonly trap: LastTrap; readonly exits: number } | undefined;

  constructor(private readonly system: System) {}

  /** The guest has just taken a trap into its own handler. */
  note({ cause, interrupt }: Trap): void {
    const { ledger, machine } = { ledger: this.system.vm?.ledger, machine: this.system.machine };
    const [exit] = ledger?.last(1) ?? [];
    const isGiven = exit !== undefined && exit.clock === machine.clock.now() && !FILLS.has(exit.kind.id);
    this.ofGuest = { trap: { cause, interrupt, by: isGiven ? 'both' : 'guest' }, exits: ledger?.count ?? 0 };
  }

  /** The last trap so far; undefined when there was none. */
  last(): LastTrap | undefined {
    const { ledger } = this.system.vm ?? {};
    const [exit] = ledger?.last(1) ?? [];
    if (!exit || (ledger?.count ?? 0) === this.ofGuest?.exits) return this.ofGuest?.trap;
    const interrupt = exit.cause >= INTERRUPT_BIT;
    return { cause: interrupt ? exit.cause - INTERRUPT_BIT : exit.cause, interrupt, by: 'vmm' };
  }
}
