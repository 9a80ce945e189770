import { type Charges, type CostKind, cyclesOf } from '../hypervisor/ledger/cost-model';
import type { Virtualization } from '../system/system';

/** What a guest has cost under one way to virtualize, in the part of its run that counts. */
export interface Measurement {
  readonly engine: Virtualization;
  /** The file of the program that was run in the guest's place, since this engine runs ported guests alone. */
  readonly variant?: string | undefined;
  /** That the guest has retired. */
  readonly instructions: number;
  /** To the VMM, by reason: the most frequent first. */
  readonly exits: ReadonlyMap<string, number>;
  /** How often each cost of the model has come. */
  readonly charges: Charges;
  /** Of this computer's clock. */
  readonly wallSeconds: number;
}

/** One cycle for each instruction, and what the VMM cost by its cost model. @param factors by which costs are others than in that */
export function cyclesFor(
  { instructions, charges }: Pick<Measurement, 'instructions' | 'charges'>,
  factors?: Partial<Record<CostKind, number>>,
): number {
  return instructions + cyclesOf(charges, factors);
}
