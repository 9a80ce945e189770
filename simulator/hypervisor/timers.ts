import type { Vcpu } from './vcpu';

/** A deadline that never comes. */
export const NEVER = Number.POSITIVE_INFINITY;

/** The host's timer of each hart, which firmware keeps: it is set for the guest's on that hart. */
export class HostTimers {
  /** @param program sets the timer of a hart, in ticks of mtime */
  constructor(private readonly program: (hart: number, deadline: number) => void) {}

  /** The guest's timer of a vCPU, in ticks of its VM's time; the host's own stays quiet until it is set again. */
  set(vcpu: Vcpu, deadline: number): void {
    vcpu.timer = deadline;
    this.program(vcpu.home.id, deadline + vcpu.vm.clock.ticksStolen);
  }

  /** The VM's time has stood for a while: the timer of its vCPU comes later. */
  postpone(vcpu: Vcpu): void {
    if (vcpu.timer !== NEVER) this.set(vcpu, vcpu.timer);
  }
}
