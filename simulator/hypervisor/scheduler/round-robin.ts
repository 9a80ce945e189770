import type { Hart } from '../../core/index';
import { withoutState } from '../../schema/state/component';
import type { Pcpu } from '../pcpu';
import type { Vcpu } from '../vcpu';
import { type Claim, HART } from './entitlement';
import { RunQueue } from './run-queue';
import type { Choice, Scheduler } from './scheduler';

const WHY = 'it has waited longest';

/** Who has waited longest has a hart next, for a slice. Weights and caps mean nothing. */
export class RoundRobinScheduler implements Scheduler {
  readonly sharesHarts = true;
  readonly component;
  private readonly queue: RunQueue;

  /** @param slice nanoseconds */
  constructor(
    pcpus: () => readonly Pcpu[],
    private readonly slice: number,
  ) {
    this.queue = new RunQueue(pcpus);
    this.component = withoutState('round-robin', { parts: { queue: this.queue.component } });
  }

  add(vcpus: readonly Vcpu[]): void {
    this.queue.add(vcpus);
  }

  /** Each vCPU has as many turns as any other. */
  claimOf(vcpus: readonly Vcpu[]): Claim {
    return { weight: vcpus.length, most: HART * vcpus.length, pin: vcpus[0]?.vm.share.pin ?? [] };
  }

  placeOf(vcpu: Vcpu): Hart {
    return this.queue.placeOf(vcpu);
  }

  pick({ hart }: Pcpu, now: number): Choice {
    this.queue.came(hart);
    const [next] = this.queue.candidates(hart);
    if (next) this.queue.remove(next);
    return { next, until: next ? now + this.slice : Number.POSITIVE_INFINITY, why: WHY };
  }

  wake(vcpu: Vcpu): Hart | undefined {
    this.queue.push(vcpu);
    return this.queue.tellIdle(vcpu);
  }

  requeue(vcpu: Vcpu): void {
    this.queue.push(vcpu);
  }

  remove(vcpu: Vcpu): void {
    this.queue.remove(vcpu);
  }

  charge(): void {}
}
