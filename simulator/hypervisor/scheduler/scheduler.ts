import type { Hart } from '../../core/index';
import type { Component } from '../../schema/state/component';
import type { Pcpu } from '../pcpu';
import type { WakeReason } from '../runnable';
import type { Vcpu } from '../vcpu';
import type { Claim } from './entitlement';

/** Who has a hart next, and until when at the most, on the machine's clock; of nobody, until when that is so. */
export interface Choice {
  readonly next: Vcpu | undefined;
  /** Nanoseconds; Infinity where the scheduler need not be asked again. */
  readonly until: number;
  /** Why it is this one, in words. */
  readonly why: string;
}

/** Which vCPU runs on which hart. One that waits for nothing and has no hart is in its queue. Times are nanoseconds of the machine's clock. */
export interface Scheduler {
  readonly component: Component;
  /** Whether a hart may be one vCPU's now and another's then. */
  readonly sharesHarts: boolean;
  /** A VM's vCPUs want harts. */
  add(vcpus: readonly Vcpu[]): void;
  /** What a VM has a right to, by its vCPUs that take part. */
  claimOf(vcpus: readonly Vcpu[]): Claim;
  /** A hart on which a vCPU may run. */
  placeOf(vcpu: Vcpu): Hart;
  /** The vCPU that a hart runs next: one out of the queue, or nobody, and the hart is idle. */
  pick(pcpu: Pcpu, now: number): Choice;
  /** A vCPU has become runnable: into the queue. @returns the hart that is to come for it at once */
  wake(vcpu: Vcpu, why: WakeReason, now: number): Hart | undefined;
  /** Its hart is taken from a vCPU that wants to go on: into the queue. */
  requeue(vcpu: Vcpu): void;
  /** A vCPU that is in the queue wants no hart any more. */
  remove(vcpu: Vcpu): void;
  /** It has had a hart for so long. */
  charge(vcpu: Vcpu, nanoseconds: number): void;
}
