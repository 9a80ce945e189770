import type { Vm } from '../../simulator/hypervisor/vm';
import type { System } from '../../simulator/system/system';

/** What something had of the processor in an interval: hundredths of one hart, as caps are said. */
export function percentOf(running: number, nanoseconds: number): number {
  return nanoseconds > 0 ? (100 * running) / nanoseconds : 0;
}

/** Who has used the processor how much: in all, and since the machine was let run last. */
export class ProcessorUse {
  private since = 0;
  private readonly before = new Map<Vm, number>();

  constructor(private readonly system: System) {}

  /** The machine is let run: an interval begins. */
  begin(): void {
    this.since = this.system.machine.clock.now();
    for (const vm of this.system.hypervisor?.vms ?? []) this.before.set(vm, vm.measures.running);
  }

  /** In the interval that has ended with this stop, and since the machine was started. */
  of(vm: Vm): { readonly recent: number; readonly total: number } {
    const now = this.system.machine.clock.now();
    const { running } = vm.measures;
    return {
      recent: percentOf(running - (this.before.get(vm) ?? 0), now - this.since),
      total: percentOf(running, now),
    };
  }
}
