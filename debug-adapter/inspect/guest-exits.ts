import type { Hart, TrapMode } from '../../simulator/core/index';
import type { CpuMode } from '../../simulator/hypervisor/cpu';
import { KEPT_EXITS } from '../../simulator/hypervisor/ledger/ledger';
import { causeOf, isGuestPageFault } from '../../simulator/isa/index';
import type { OwnGuest } from './own-guest';
import { guestPhysicalOf, machineTrap, supervisorTrap } from './trap-csrs';
import { previousMode } from './worlds';

/** A trap that a guest of the user's own hypervisor has taken into it: all that the hardware tells of an exit. */
export interface GuestExit {
  /** 1 for the first one that was seen. */
  readonly number: number;
  readonly cpu: number;
  /** Machine clock. */
  readonly clock: number;
  readonly pc: bigint;
  /** Where the guest was: VS or VU. */
  readonly mode: CpuMode;
  /** Whether M-mode took it, not HS-mode. */
  readonly byMachine: boolean;
  readonly interrupt: boolean;
  readonly cause: number;
  readonly value: bigint;
  /** Of a guest-page fault; where the hardware tells it. */
  readonly guestPhysical: bigint | undefined;
  readonly guest: OwnGuest;
}

/** Exits of guests for which no VMM of ours keeps a ledger: they are what traps from V=1 into M- and HS-mode are. */
export class GuestExits {
  private readonly kept: GuestExit[] = [];
  private readonly byCause = new Map<string, number>();
  private readonly latest = new Map<number, GuestExit>();
  private total = 0;

  get count(): number {
    return this.total;
  }

  /** How many there were for each cause, by its id. */
  get counts(): ReadonlyMap<string, number> {
    return this.byCause;
  }

  /** A hart has taken a trap out of a guest, and stands at its handler. */
  note(hart: Hart, by: Exclude<TrapMode, 'vs'>, guest: OwnGuest, clock: number): GuestExit {
    const byMachine = by === 'm';
    const csrs = byMachine ? machineTrap : supervisorTrap;
    const interrupt = hart.csrHigh(csrs.cause) < 0;
    const cause = hart.csrLow(csrs.cause);
    const value = hart.csr(csrs.value);
    const isTold = !interrupt && isGuestPageFault(cause) && hart.csr(csrs.guestAddress) !== 0n;
    this.total++;
    const exit: GuestExit = {
      number: this.total,
      cpu: hart.id,
      clock,
      pc: hart.csr(csrs.epc),
      mode: previousMode(hart, by),
      byMachine,
      interrupt,
      cause,
      value,
      guestPhysical: isTold
        ? guestPhysicalOf(hart.csr(csrs.guestAddress), hart.csr(csrs.instruction), value)
        : undefined,
      guest,
    };
    this.kept[this.total % KEPT_EXITS] = exit;
    this.latest.set(hart.id, exit);
    const { id } = causeOf(cause, interrupt);
    this.byCause.set(id, (this.byCause.get(id) ?? 0) + 1);
    guest.causes.set(id, (guest.causes.get(id) ?? 0) + 1);
    return exit;
  }

  /** The exit that the trap is which a hart has taken just now, if it came from a guest. */
  ofTrap(hart: Hart): GuestExit | undefined {
    const { trapMode } = hart;
    return trapMode !== 'vs' && previousMode(hart, trapMode).virtual ? this.latest.get(hart.id) : undefined;
  }

  /** The last `count` of those that are kept and wanted, newest first. */
  last(count: number, isWanted: (exit: GuestExit) => boolean): GuestExit[] {
    const found: GuestExit[] = [];
    for (let number = this.total; number > Math.max(0, this.total - KEPT_EXITS) && found.length < count; number--) {
      const exit = this.kept[number % KEPT_EXITS];
      if (exit && isWanted(exit)) found.push(exit);
    }
    return found;
  }
}
