import type { Hart } from '../../core/index';
import { componentOf, type StateHolder, type StateOf, stateSchema } from '../../schema/state/component';
import { listOf, upTo } from '../../schema/state/fields';
import { isSameVcpu, vcpuName } from '../ledger/vcpu-name';
import type { Pcpu } from '../pcpu';
import type { Vcpu } from '../vcpu';
import { allows } from './share';

/** At most so many are told. */
const MOST_HARTS = 64;

const queueSchema = stateSchema('run-queue', 1, {
  /** Who wants a hart and has none, the first first. */
  waiting: listOf(vcpuName),
  /** Harts that had nothing to do and have been told to come for somebody. */
  told: listOf(upTo(MOST_HARTS - 1), { most: MOST_HARTS }),
});
type QueueState = StateOf<typeof queueSchema>;

/** The vCPUs that want a hart and have none, in the order in which they came: one queue for all harts, so that none is idle while somebody waits. */
export class RunQueue implements StateHolder<QueueState> {
  readonly component = componentOf(queueSchema, this);
  private waiting: Vcpu[] = [];
  private readonly told = new Set<number>();
  private readonly known: Vcpu[] = [];

  constructor(private readonly pcpus: () => readonly Pcpu[]) {}

  add(vcpus: readonly Vcpu[]): void {
    this.known.push(...vcpus);
  }

  get all(): readonly Vcpu[] {
    return this.known;
  }

  push(vcpu: Vcpu): void {
    this.waiting.push(vcpu);
  }

  remove(vcpu: Vcpu): void {
    this.waiting = this.waiting.filter((each) => each !== vcpu);
  }

  /** Those that may have a hart, in their order. */
  candidates(hart: Hart): Vcpu[] {
    return this.waiting.filter(({ vm }) => allows(vm.share, hart));
  }

  /** A hart that has nothing to do and may run a vCPU, the one where it ran last before others; it counts as busy from now on. */
  tellIdle(vcpu: Vcpu): Hart | undefined {
    const idle = this.pcpus().filter(
      ({ hart, running }) => !running && !this.told.has(hart.id) && allows(vcpu.vm.share, hart),
    );
    const found = idle.find(({ hart }) => hart === vcpu.lastHart) ?? idle[0];
    if (found) this.told.add(found.hart.id);
    return found?.hart;
  }

  /** A hart has come. */
  came({ id }: Hart): void {
    this.told.delete(id);
  }

  /** A hart on which a vCPU may run. */
  placeOf({ vm, lastHart }: Vcpu): Hart {
    const place = this.pcpus().find(({ hart }) => allows(vm.share, hart));
    if (!place) throw new RangeError(`the VM ${vm.name} may use no hart of this machine`);
    return lastHart ?? place.hart;
  }

  state(): QueueState {
    return {
      waiting: this.waiting.map(({ name }) => ({ ...name })),
      told: [...this.told].sort((a, b) => a - b),
    };
  }

  restore({ waiting, told }: QueueState): void {
    this.waiting = waiting.flatMap((name) => this.known.filter((vcpu) => isSameVcpu(vcpu.name, name)));
    this.told.clear();
    for (const hart of told) this.told.add(hart);
  }
}
