/** What a run has cost, while it goes on and when it is over: a part of the protocol. */

/** Exits of a kind. Cycles by the cost model; absent where a hypervisor of the user's own handles them. */
export interface ExitKindCount {
  reason: string;
  count: number;
  cycles?: number;
}

/** What is compared of two runs. */
export interface RunCost {
  /** What ran, by the names of its files. */
  program: string;
  /** How it was virtualized, as `virtualization` has it; of several virtual machines each way once. */
  engine: string;
  /** Retired by all harts. */
  instructions: number;
  /** On the machine's clock. */
  nanoseconds: number;
  /** Nanoseconds of harts: one an instruction, and what exits cost by the cost model, whether that was charged or not. */
  cycles: number;
  /** Absent where nothing could exit. */
  exits?: { total: number; counts: ExitKindCount[] };
}

/** A run, when it is over. */
export interface RunSummary extends RunCost {
  /** How it ended, as a sentence. */
  how: string;
  /** The guest failed, was killed or waits for ever. */
  isFailure: boolean;
}
