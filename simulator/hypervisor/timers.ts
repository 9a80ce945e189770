import type { VcpuName } from './ledger/vcpu-name';
import type { VmClock } from './vm-clock';

/** A deadline that never comes. */
export const NEVER = Number.POSITIVE_INFINITY;

/** A vCPU, as far as timers go. */
export interface Timed {
  readonly name: VcpuName;
  /** When the VMM is to look at it, for its guest's timer or for what it waits for, in ticks of its VM's time. */
  readonly alarm: number;
  readonly vm: { readonly clock: Pick<VmClock, 'ticks' | 'passes' | 'ticksStolen'> };
}

/**
 * For whom a hart's one timer is set: the guests' timers that it keeps, of vCPUs that run on it or went to sleep on it, the end of a slice.
 * All in ticks of mtime.
 */
export class HartTimers<Of extends Timed> {
  /** When the slice of whoever runs on the hart is over. */
  sliceEnd = NEVER;
  private readonly kept = new Set<Of>();

  /** @param program sets the hart's timer */
  constructor(private readonly program: (deadline: number) => void) {}

  /** The timer of a vCPU is this hart's affair. @param vcpu that says when its guest wants it */
  keep(vcpu: Of): void {
    this.kept.add(vcpu);
    this.set();
  }

  /** It is another's: the timer may come once for nothing, since nobody sets it from another hart. */
  drop(vcpu: Of): void {
    this.kept.delete(vcpu);
  }

  /** The vCPUs at which the VMM is to look by now. */
  due(): Of[] {
    return [...this.kept].filter((vcpu) => vcpu.alarm <= vcpu.vm.clock.ticks).sort(byName);
  }

  /** Sets the hart's timer to whatever comes first; one that has come is quiet from now on. */
  set(): void {
    let first = this.sliceEnd;
    for (const { alarm, vm } of this.kept)
      if (alarm !== NEVER && vm.clock.passes) first = Math.min(first, alarm + vm.clock.ticksStolen);
    this.program(first);
  }

  /** Another state has been taken up, in which these are the hart's affair; it has its timer set as it was. */
  restore(kept: Iterable<Of>): void {
    this.kept.clear();
    for (const vcpu of kept) this.kept.add(vcpu);
  }
}

const byName = ({ name: a }: Timed, { name: b }: Timed): number => a.vm - b.vm || a.vcpu - b.vcpu;
