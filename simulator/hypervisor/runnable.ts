import { Integer, Literal, Object as ObjectOf, type Static, Union } from '@sinclair/typebox';
import type { Hart } from '../core/index';
import type { Narration } from '../machine/narration';
import { flag, listOf, nullable } from '../schema/state/fields';
import type { CpuState } from './cpu';
import { portNumber } from './events/port';
import type { Exit } from './exits/exit';
import type { VmEnd } from './vm-end';

/** Whether a runnable has a hart, waits for one, waits for something else, or takes no part. */
export const RUN_STATES = ['running', 'runnable', 'blocked', 'off'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** A point of a VM's time in ticks, of which guests may ask for any that has 64 bits, exact as far as a number is. */
export const deadline = Integer({ minimum: 0, maximum: 2 ** 64, unit: 'ticks' });

/** So many ports can be waited for together. */
export const MOST_POLLED = 128;

/**
 * `wfi`: for an interrupt that is enabled in its sie, whatever SIE says: by that instruction, or suspended by SBI HSM. `frames`: for memory
 * of the host's. `paused`: for nothing that its guest could do; its VM has ended, or somebody has paused it. `events`: until one of some ports is
 * pending, masked or not, or it can take an interrupt, or a deadline has passed; null: never.
 */
export const savedWait = Union(
  [
    ObjectOf({ kind: Literal('wfi') }),
    ObjectOf({ kind: Literal('frames') }),
    ObjectOf({ kind: Literal('paused') }),
    ObjectOf({
      kind: Literal('events'),
      ports: listOf(portNumber, { most: MOST_POLLED }),
      deadline: nullable(deadline),
    }),
  ],
  { expected: 'what a vCPU can wait for' },
);

/** What has made one runnable. */
export type WakeReason = 'io' | 'timer' | 'ipi' | 'start' | 'frames';

/** What a blocked runnable waits for: plain data, so that nothing outlives a handler in a closure. */
export type Wait = Static<typeof savedWait>;

/** What becomes of the runnable whose exit has been handled. */
export type Outcome =
  | { readonly kind: 'resume' }
  /** It goes on, and others that want the hart come before it. */
  | { readonly kind: 'yield' }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** It takes no part until somebody starts it. */
  | { readonly kind: 'off' }
  | { readonly kind: 'end'; readonly end: VmEnd };

export const RESUME: Outcome = { kind: 'resume' };

/** What others have asked of a runnable, to be done on its own hart before its next instruction, as KVM_REQ_*. */
export const openRequests = ObjectOf({
  /** Interrupts have become pending or ceased to be. */
  inject: flag,
  /** Translations are to be forgotten. */
  fence: flag,
  /** Its guest is to be told of the time that others had. */
  steal: flag,
});
export type OpenRequests = Readonly<Static<typeof openRequests>>;
export type Request = keyof OpenRequests;

/** The requests that are open. */
export class RequestSet {
  private readonly open = new Set<Request>();

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  has(request: Request): boolean {
    return this.open.has(request);
  }

  add(request: Request): void {
    this.open.add(request);
  }

  /** @returns whether it was open, and it is not from now on */
  take(request: Request): boolean {
    return this.open.delete(request);
  }

  state(): OpenRequests {
    return { inject: this.open.has('inject'), fence: this.open.has('fence'), steal: this.open.has('steal') };
  }

  restore({ inject, fence, steal }: OpenRequests): void {
    this.open.clear();
    if (inject) this.open.add('inject');
    if (fence) this.open.add('fence');
    if (steal) this.open.add('steal');
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
