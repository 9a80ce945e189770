import type { Hart } from '../core/index';
import type { Narration } from '../machine/narration';
import type { CpuState } from './cpu';
import type { Exit } from './exits/exit';
import type { VmEnd } from './vm-end';

/** Whether a runnable has a hart, waits for one, waits for something else, or takes no part. */
export type RunState = 'running' | 'runnable' | 'blocked' | 'off';

/** What a blocked runnable waits for: plain data, so that nothing outlives a handler in a closure. */
export type Wait = {
  /**
   * `wfi`: for an interrupt that is enabled in its sie, whatever SIE says: by that instruction, or suspended by SBI HSM. `paused`: for
   * nothing that its guest could do; its VM has ended.
   */
  readonly kind: 'wfi' | 'paused';
};

/** What becomes of the runnable whose exit has been handled. */
export type Outcome =
  | { readonly kind: 'resume' }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** It takes no part until somebody starts it. */
  | { readonly kind: 'off' }
  | { readonly kind: 'end'; readonly end: VmEnd };

export const RESUME: Outcome = { kind: 'resume' };

/** What others have asked of a runnable, to be done on its own hart before its next instruction, as KVM_REQ_*. */
export type Request =
  /** Interrupts have become pending or ceased to be. */
  | 'inject'
  /** Translations are to be forgotten. */
  | 'fence';

/** The requests that are open. */
export class RequestSet {
  private readonly open = new Set<Request>();

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  add(request: Request): void {
    this.open.add(request);
  }

  /** @returns whether it was open, and it is not from now on */
  take(request: Request): boolean {
    return this.open.delete(request);
  }

  list(): Request[] {
    return [...this.open].sort();
  }

  restore(open: readonly Request[]): void {
    this.open.clear();
    for (const request of open) this.open.add(request);
  }
}

/** Something that a hart can run under a hypervisor: a vCPU. */
export interface Runnable {
  readonly id: number;
  /** Its registers and CSRs, wherever they are now; the only way to them. */
  readonly cpu: CpuState;
  /** The hart that it has; undefined while it is put away. */
  readonly on: Hart | undefined;
  run: RunState;
  wait: Wait | undefined;
  readonly requests: RequestSet;
  /** The world switch, to a hart and from it: nothing else moves its registers. */
  load(hart: Hart): Narration;
  put(hart: Hart): Narration;
  /** Requests, interrupts, root, sret: into the guest on the hart that has it. */
  enter(hart: Hart): Narration;
  handleExit(exit: Exit): Narration<Outcome>;
}
