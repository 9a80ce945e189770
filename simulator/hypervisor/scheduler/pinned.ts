import type { Hart } from '../../core/index';
import type { Vcpu } from '../vcpu';
import type { Scheduler } from './scheduler';

/** Every vCPU has a hart of its own. */
export class PinnedScheduler implements Scheduler {
  private readonly vcpus: Vcpu[] = [];

  add(vcpus: readonly Vcpu[]): void {
    this.vcpus.push(...vcpus);
  }

  pick(hart: Hart): Vcpu | undefined {
    return this.vcpus.find(({ home, run }) => home === hart && run === 'runnable');
  }

  wake({ home }: Vcpu): Hart {
    return home;
  }

  vcpusOf(hart: Hart): readonly Vcpu[] {
    return this.vcpus.filter(({ home }) => home === hart);
  }
}
