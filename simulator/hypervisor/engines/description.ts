import type { ExitKind } from '../exits/exit-kind';

/** Who executes what of a guest's privileged software, and what comes of it: in words, for those who write it. */
export interface PrivilegedWork {
  /** Instructions and CSRs of M-mode. */
  readonly machineMode: string;
  /** Instructions and CSRs of the H extension. */
  readonly hypervisorMode: string;
  readonly counters: string;
  readonly environmentCall: string;
  readonly wait: string;
  readonly trapReturn: string;
  readonly fence: string;
  supervisorCsr(name: string): string;
}

/** What is told of a way to virtualize where none runs: in editors, on the command line, in filters. */
export interface EngineDescription {
  readonly id: string;
  /** What a user reads of it where engines are chosen. */
  readonly description: string;
  /** Every kind of exit that its guests have. */
  readonly exits: readonly ExitKind[];
  readonly work: PrivilegedWork;
}
