import type { Hart } from '../../core/index';
import type { Vcpu } from '../vcpu';

/** Which vCPU runs on which hart. */
export interface Scheduler {
  /** A VM's vCPUs want harts. */
  add(vcpus: readonly Vcpu[]): void;
  /** The vCPU that a hart runs next: a runnable one, or none, and the hart is idle. */
  pick(hart: Hart): Vcpu | undefined;
  /** A vCPU has become runnable. @returns the hart that is to come for it */
  wake(vcpu: Vcpu): Hart | undefined;
  /** The vCPUs whose timers are a hart's. */
  vcpusOf(hart: Hart): readonly Vcpu[];
}
