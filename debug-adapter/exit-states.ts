/** VM exits, and what they changed: a part of the protocol. */

import type { Hex, SourceLine } from './protocol-values';
import type { ExitKindCount } from './run-states';

export interface Exits {
  /** The exits that are kept and wanted over the machine's time, where columns were asked for and there are any. */
  series?: ExitSeries;
  /** Of which VM `total` and `counts` are, where there are several and one was asked for. */
  vm?: string;
  total: number;
  counts: ExitKindCount[];
  /** Newest first. */
  exits: Exit[];
  /** The guests of a hypervisor of the user's own, of one of which exits can be asked for. */
  guests?: { id: number; name: string }[];
}

/** Machine time in columns of the same length, and how many exits of each kind each of them has. */
export interface ExitSeries {
  /** In nanoseconds: where the first column begins, and how long each is. */
  from: number;
  period: number;
  /** The most frequent first. */
  reasons: { reason: string; counts: number[] }[];
}

export interface Exit {
  /** 1 for the first exit of the machine. */
  number: number;
  threadId: number;
  /** Where there are several VMs: whom the hart left and whom it then ran (`web vCPU 0`); null where it had, or has, nothing to do; `entered` is absent while the exit is being handled. */
  left?: string | null;
  entered?: string | null;
  /** Machine clock, in nanoseconds. */
  clock: number;
  reason: string;
  /** What happened, as the label frame says it: `csrw satp, privileged, in U-mode of the machine`. */
  description: string;
  pc: Hex;
  /** The instruction there, disassembled; absent when it could not be fetched. */
  instruction?: string;
  source?: SourceLine;
  /** What has caused it, and that again, where it was not the guest's own instruction: `asked by vCPU 0 at sbi.S:120`, `notified by` it over an event channel, `caused by timer`. */
  causes?: string[];
  /** The narration of the handlers, step by step. */
  narration: string[];
  changes: StateChange[];
  /** By the cost model; absent where a hypervisor of the user's own handled it. */
  cycles?: number;
}

export interface StateChange {
  kind: 'virtual CSR' | 'hardware CSR' | 'shadow entry' | 'second-stage entry' | 'guest entry' | 'TLB' | 'trap';
  /** `satp`; for a shadow entry its page `0x80201000`. */
  name: string;
  before?: string;
  after?: string;
}
