import type { Measures } from '../../simulator/hypervisor/measures';
import type { Vm } from '../../simulator/hypervisor/vm';
import type { System } from '../../simulator/system/system';

const NOTHING: Measures = { running: 0, ready: 0, waiting: 0, stolen: 0, switches: 0 };

/** What a VM had of the processor in an interval: hundredths of one hart, as caps are said. */
function percentOf(running: number, nanoseconds: number): number {
  return nanoseconds > 0 ? (100 * running) / nanoseconds : 0;
}

/** The measures of a VM's vCPUs, all together, as of now. */
export function measuresOf(vm: Vm): Measures {
  const now = vm.machine.clock.now();
  return vm.vcpus
    .map((vcpu) => vcpu.account.measures(vcpu.run, now))
    .reduce(
      (sum, { running, ready, waiting, stolen, switches }) => ({
        running: sum.running + running,
        ready: sum.ready + ready,
        waiting: sum.waiting + waiting,
        stolen: sum.stolen + stolen,
        switches: sum.switches + switches,
      }),
      NOTHING,
    );
}

/** Who has used the processor how much: in all, and since the machine was let run last. */
export class ProcessorUse {
  private since = 0;
  private readonly before = new Map<Vm, number>();

  constructor(private readonly system: System) {}

  /** The machine is let run: an interval begins. */
  begin(): void {
    this.since = this.system.machine.clock.now();
    for (const vm of this.system.hypervisor?.vms ?? []) this.before.set(vm, measuresOf(vm).running);
  }

  /** In the interval that has ended with this stop, and since the machine was started. */
  of(vm: Vm): { readonly recent: number; readonly total: number } {
    const now = this.system.machine.clock.now();
    const { running } = measuresOf(vm);
    return {
      recent: percentOf(running - (this.before.get(vm) ?? 0), now - this.since),
      total: percentOf(running, now),
    };
  }
}
