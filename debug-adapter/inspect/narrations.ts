import { type SbiCallId, sbiCallOf } from '../../simulator/firmware/sbi/call';
import { type ExitRecord, KEPT_EXITS, type Words } from '../../simulator/hypervisor/ledger/ledger';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Step } from '../../simulator/machine/narration';
import { isEcall } from './exit-text';
import { stepText } from './frames/handler-frames';
import { machineTrap } from './trap-csrs';

/** A trap that firmware handles, by the CSRs of M-mode. There is no ledger of these. */
export interface FirmwareTrap {
  readonly isInterrupt: boolean;
  readonly cause: number;
  readonly pc: Words;
  readonly value: Words;
  /** Of an ecall. */
  readonly call?: SbiCallId;
}

/** What a hart's handler did last, or does. The trail grows while it does. `number` counts exits, or the firmware's traps. */
export type Handled = { readonly trail: readonly Step[]; readonly number: number } & (
  | { readonly software: 'vmm' }
  | { readonly software: 'firmware'; readonly trap: FirmwareTrap }
);

/** What handlers said during the last exits: kept as steps, turned into sentences when somebody asks. */
export class Narrations {
  private readonly trails: (readonly Step[])[] = [];
  private readonly numbers: number[] = [];
  /** By hart. */
  private readonly latest: Handled[] = [];
  private firmwareTraps = 0;

  /** A handler is about to make its first step. @param exit the record of the exit that it handles, if it is the VMM's */
  follow(handler: ActiveHandler, exit: ExitRecord | undefined): void {
    const { trail, hart } = handler;
    if (exit) {
      const { number } = exit;
      this.trails[number % KEPT_EXITS] = trail;
      this.numbers[number % KEPT_EXITS] = number;
      this.latest[hart.id] = { trail, software: 'vmm', number };
    } else {
      this.firmwareTraps++;
      this.latest[hart.id] = { trail, number: this.firmwareTraps, software: 'firmware', trap: trapOf(handler) };
    }
  }

  /** What the VMM did in an exit, as long as that is kept. */
  handledIn({ number }: ExitRecord): Handled | undefined {
    const trail = this.numbers[number % KEPT_EXITS] === number ? this.trails[number % KEPT_EXITS] : undefined;
    return trail && { trail, software: 'vmm', number };
  }

  of({ number }: ExitRecord): string[] {
    if (this.numbers[number % KEPT_EXITS] !== number) return [];
    return (this.trails[number % KEPT_EXITS] ?? []).map(stepText);
  }

  /** The last handler that ran on a hart; undefined before the first. */
  lastOn(hart: number): Handled | undefined {
    return this.latest[hart];
  }
}

function trapOf({ hart }: ActiveHandler): FirmwareTrap {
  const words = (csr: number): Words => ({ low: hart.csrLow(csr), high: hart.csrHigh(csr) });
  const { low: cause, high } = words(machineTrap.cause);
  const isInterrupt = high < 0;
  const call = !isInterrupt && isEcall(cause) ? { call: sbiCallOf(hart) } : {};
  return { isInterrupt, cause, pc: words(machineTrap.epc), value: words(machineTrap.value), ...call };
}
