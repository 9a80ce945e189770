import type { Hart } from '../../simulator/core/index';
import type { CpuMode } from '../../simulator/hypervisor/cpu';
import { KEPT_EXITS } from '../../simulator/hypervisor/ledger/ledger';
import { Csr, causeOf, isGuestPageFault } from '../../simulator/isa/index';
import type { Trap } from '../../simulator/machine/trap';
import type { System } from '../../simulator/system/system';
import { vmidOf } from '../views/page-entries';
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
  readonly vmid: number;
}

/** Exits of guests for which no VMM of ours keeps a ledger: they are what traps from V=1 into M- and HS-mode are. */
export class GuestExits {
  private readonly kept: GuestExit[] = [];
  private readonly byCause = new Map<string, number>();
  private total = 0;

  constructor(private readonly system: System) {}

  /** Whether there can be any: the machine has H, and its S-mode is the user's. */
  get isPossible(): boolean {
    return this.system.vm === undefined && (this.system.machine.harts[0]?.options.hypervisor ?? false);
  }

  get count(): number {
    return this.total;
  }

  /** How many there were for each cause, by its id. */
  get counts(): ReadonlyMap<string, number> {
    return this.byCause;
  }

  /**
   * A hart has taken a trap into software of the user's, and stands at its handler.
   * @returns the exit that it is, if it came from a guest
   */
  note(trap: Trap, hart: Hart): GuestExit | undefined {
    if (hart.trapMode === 'vs') return undefined;
    const byMachine = hart.trapMode === 'm';
    const mode = previousMode(hart, hart.trapMode);
    if (!mode.virtual) return undefined;
    const { interrupt, cause, value } = trap;
    const csrs = byMachine ? machineTrap : supervisorTrap;
    const isTold = !interrupt && isGuestPageFault(cause) && hart.csr(csrs.guestAddress) !== 0n;
    this.total++;
    const exit: GuestExit = {
      number: this.total,
      cpu: hart.id,
      clock: this.system.machine.clock.now(),
      pc: hart.csr(csrs.epc),
      mode,
      byMachine,
      interrupt,
      cause,
      value,
      guestPhysical: isTold
        ? guestPhysicalOf(hart.csr(csrs.guestAddress), hart.csr(csrs.instruction), value)
        : undefined,
      vmid: vmidOf(hart.csr(Csr.hgatp.number)),
    };
    this.kept[this.total % KEPT_EXITS] = exit;
    const { id } = causeOf(cause, interrupt);
    this.byCause.set(id, (this.byCause.get(id) ?? 0) + 1);
    return exit;
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
