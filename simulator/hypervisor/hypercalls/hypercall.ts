import type { SbiAnswer, SbiCall } from '../../firmware/sbi/interface';
import type { HypercallName } from '../../hypercalls/table';
import type { Narration } from '../../machine/narration';
import type { ExitLedger } from '../ledger/ledger';
import type { GuestMemory } from '../memory/guest-memory';
import type { Outcome } from '../runnable';

/** The caller's VM, as far as calls act on it. */
export interface HypercallVm {
  readonly ledger: Pick<ExitLedger, 'charge'>;
  readonly memory: Pick<GuestMemory, 'read' | 'write'>;
  readonly port: {
    /** What becomes of the caller when its call has been answered. */
    decide(outcome: Outcome): void;
    /** What is to be written there finds memory. @returns false where there is none now: the call is to be made again */
    prepareMemory(address: number, length: number): boolean;
  };
  /** It is paused, until somebody lets it go on. */
  suspend(): void;
}

/** A hypercall of a guest's that is being answered. */
export interface HypercallCall extends Pick<SbiCall, 'caller' | 'argument' | 'number'> {
  readonly vm: HypercallVm;
}

/** What answers a hypercall. */
export interface HypercallHandler {
  /** @returns an SBI error and a value; `again` where nothing has been done, for lack of memory */
  handle(call: HypercallCall): Narration<SbiAnswer | 'again'>;
}

/** What answers a function id. */
export interface NumberedHandler {
  readonly name: HypercallName;
  readonly handler: HypercallHandler;
}
