import type { Hart } from '../../core/index';
import { withoutState } from '../../schema/state/component';
import type { Pcpu } from '../pcpu';
import type { Vcpu } from '../vcpu';
import { type Claim, HART } from './entitlement';
import type { Choice, Scheduler } from './scheduler';

const WHY = 'nobody else has this hart';

/** Every vCPU has a hart of its own, for good: the one of its number. */
export class PinnedScheduler implements Scheduler {
  readonly component = withoutState('pinned');
  readonly sharesHarts = false;
  private readonly vcpus: Vcpu[] = [];

  constructor(private readonly pcpus: () => readonly Pcpu[]) {}

  add(vcpus: readonly Vcpu[]): void {
    this.vcpus.push(...vcpus);
  }

  claimOf(vcpus: readonly Vcpu[]): Claim {
    return { weight: vcpus.length, most: HART * vcpus.length, pin: vcpus.map((vcpu) => this.placeOf(vcpu).id) };
  }

  placeOf({ id }: Vcpu): Hart {
    const pcpu = this.pcpus()[id];
    if (!pcpu) throw new RangeError(`the machine has no hart for vCPU ${id}`);
    return pcpu.hart;
  }

  pick({ hart }: Pcpu): Choice {
    // One that yields goes on: nobody else wants its hart.
    const wants = (vcpu: Vcpu): boolean => vcpu.run === 'runnable' || (vcpu.on === hart && vcpu.mayRun);
    const next = this.vcpus.find((vcpu) => this.placeOf(vcpu) === hart && wants(vcpu));
    return { next, until: Number.POSITIVE_INFINITY, why: WHY };
  }

  wake(vcpu: Vcpu): Hart {
    return this.placeOf(vcpu);
  }

  requeue(): void {}

  remove(): void {}

  charge(): void {}
}
