import type { BareEngine } from './bare-engine';
import { FullEngine } from './full/engine';
import { checkIsolation } from './full/isolation';
import { HardwareEngine } from './hardware/engine';
import { checkSecondStage } from './hardware/isolation';
import type { IsolationBreach } from './vm/isolation-breach';

/** What of a VM's tables, TLBs and DMA leads out of the VM's memory: nothing, while its VMM is right. */
export function isolationBreaches(engine: BareEngine | FullEngine | HardwareEngine): readonly IsolationBreach[] {
  if (engine instanceof FullEngine) return checkIsolation(engine);
  return engine instanceof HardwareEngine ? checkSecondStage(engine) : [];
}
