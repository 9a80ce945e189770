import type { SbiAnswer, SbiCall } from '../../firmware/sbi/interface';
import type { HypercallName } from '../../hypercalls/table';
import type { Narration } from '../../machine/narration';
import type { EventChannels } from '../events/event-channels';
import type { ExitLedger } from '../ledger/ledger';
import type { Outcome, Wait } from '../runnable';
import type { CallersMemory } from './callers-memory';

/** The caller's VM, as far as calls act on it. */
export interface HypercallVm {
  readonly ledger: Pick<ExitLedger, 'charge'>;
  readonly port: {
    /** What becomes of the caller when its call has been answered. */
    decide(outcome: Outcome): void;
  };
  readonly events: EventChannels;
  readonly vcpus: readonly {
    /** Whether what it would wait for is there. */
    hasCome(wait: Wait): boolean;
  }[];
  /** It is paused, until somebody lets it go on. */
  suspend(): void;
}

/** A hypercall of a guest's that is being answered. */
export interface HypercallCall extends Pick<SbiCall, 'caller' | 'argument' | 'number'> {
  readonly vm: HypercallVm;
  readonly memory: CallersMemory;
}

/** What answers a hypercall. */
export interface HypercallHandler {
  /** @returns an SBI error and a value; `again` where nothing has been done, for lack of memory; `left` where the caller goes on elsewhere */
  handle(call: HypercallCall): Narration<SbiAnswer | 'again' | 'left'>;
}

/** Calls that an engine's VM answers, in its way. */
export type EngineHypercalls = { readonly [name in HypercallName]?: HypercallHandler };

/** What answers a function id. */
export interface NumberedHandler {
  readonly name: HypercallName;
  readonly handler: HypercallHandler;
}
