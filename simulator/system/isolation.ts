import { FullEngine } from '../hypervisor/engines/full/engine';
import { checkIsolation } from '../hypervisor/engines/full/isolation';
import { HardwareEngine } from '../hypervisor/engines/hardware/engine';
import { checkSecondStage } from '../hypervisor/engines/hardware/isolation';
import type { IsolationBreach } from '../hypervisor/isolation-breach';
import type { BareEngine } from './bare-engine';

/** What of a VM's tables, TLBs and DMA leads out of the VM's memory: nothing, while its VMM is right. */
export function isolationBreaches(engine: BareEngine | FullEngine | HardwareEngine): readonly IsolationBreach[] {
  if (engine instanceof FullEngine) return checkIsolation(engine);
  return engine instanceof HardwareEngine ? checkSecondStage(engine) : [];
}
