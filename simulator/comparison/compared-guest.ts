import type { Virtualization } from '../system/system';
import { cyclesFor, type Measurement } from './measurement';

/** A guest, and what it cost under each way to virtualize. */
export interface ComparedGuest {
  readonly name: string;
  readonly operations: number | undefined;
  /** In the order in which they were asked for. */
  readonly measurements: readonly Measurement[];
}

/** Cycles as a multiple of those on the bare machine; undefined where it was not run there, or cost nothing. */
export function relativeOf({ measurements }: ComparedGuest, engine: Virtualization): number | undefined {
  const [bare, own] = (['none', engine] as const).map((id) => measurements.find((each) => each.engine === id));
  if (!bare || !own) return undefined;
  const cycles = cyclesFor(bare);
  return cycles === 0 ? undefined : cyclesFor(own) / cycles;
}
