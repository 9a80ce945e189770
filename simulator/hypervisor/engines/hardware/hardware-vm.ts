import type { Machine } from '../../../machine/machine';
import type { P2m } from '../../memory/p2m';
import { VirtualMachine } from '../../virtual-machine';
import type { SecondStage } from './second-stage';
import type { HardwareVcpu } from './vcpu';

/** A VM whose guest runs in VS-mode, above a second stage of translation. */
export class HardwareVm extends VirtualMachine<HardwareVcpu> {
  /** @param vmid under which the hardware keeps its translations; undefined: untagged, they are forgotten at each entry */
  constructor(
    machine: Machine,
    p2m: P2m,
    onIllegal: 'trap' | 'kill',
    readonly stage: SecondStage,
    readonly vmid: number | undefined,
  ) {
    super(machine, p2m, onIllegal);
  }
}
