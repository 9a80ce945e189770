import type { MemoryEventKind } from '../../../simulator/hypervisor/memory/allotment';
import type { KillReason } from '../../../simulator/hypervisor/vm-end';
import type { VmStop } from './vm-outcome';

/** What `--report` writes of one virtual machine. Times are nanoseconds of the machine. */
export interface VmReport {
  readonly stopReason: VmStop['reason'];
  /** Why it was killed; absent where it was not. */
  readonly killed?: KillReason;
  /** How often it has been started again after a crash. */
  readonly restarts: number;
  readonly instructions: number;
  /** By reason, as those of the whole run. */
  readonly exits: Readonly<Record<string, number>>;
  /** One for each instruction, and what the VMM cost for it by its cost model. */
  readonly cycles: number;
  /** Summed over its vCPUs: how long they ran, were ready and had no hart, and waited for something. */
  readonly running: number;
  readonly ready: number;
  readonly waiting: number;
  /** Ready, and the time of the VMM that is not its own. */
  readonly stolen: number;
  /** How many times one of its vCPUs was loaded onto a hart. */
  readonly switches: number;
  /** The most bytes that it had. */
  readonly memory: number;
  /** Bytes that its guest was to have at last. */
  readonly memoryTarget: number;
  /** What happened to its memory last, the oldest first. */
  readonly memoryHistory: readonly MemoryReport[];
}

/** Something that happened to the memory of a virtual machine: `at` an instant of the machine's clock, in nanoseconds. */
export interface MemoryReport {
  readonly at: number;
  readonly what: MemoryEventKind;
  readonly bytes: number;
  /** Bytes that its guest had then. */
  readonly has: number;
}

/** The part `vms` of a report. */
export type VmReports = Readonly<Record<string, VmReport>>;

export function vmReports(reports: Iterable<readonly [name: string, report: VmReport]>): VmReports {
  return Object.fromEntries(reports);
}
