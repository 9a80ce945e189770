import type { DeviceClock, TimedDevice } from '../../devices/device';
import type { MemoryStatistics } from '../../devices/virtio/balloon';
import { type Narration, step } from '../../machine/narration';
import { FRAME } from '../../mmu/address';
import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { count, flag, upTo } from '../../schema/state/fields';
import type { ExitLedger } from '../ledger/ledger';
import type { Allotment } from './allotment';
import type { FrameTable } from './frame-table';
import { type MemoryClaim, memoryShares } from './memory-shares';

/** Who says how much memory VMs are to have: nobody but people, or a policy that asks guests for what others need more. */
export const MEMORY_POLICIES = ['none', 'cooperative'] as const;
export type MemoryPolicyKind = (typeof MEMORY_POLICIES)[number];

/** Nanoseconds from when something has changed to when the policy looks, and from one look to the next. */
export const POLICY_PERIOD = 10_000_000;
/** After each look in which nothing has changed it waits twice as long, up to so often. */
const MOST_DOUBLINGS = 6;
/** What a guest is left beside what it uses: a part of that, and so many frames; so many it wants at least that wants more at all. */
const SPARE_SHARE = 8;
const SPARE_FRAMES = 256;
/** Who wants more at all wants such a part of what it has, at least. */
const MORE_SHARE = 2;
/** A target that would change by less stays. */
const LEAST_CHANGE = 64;
/** Memory is short when less than this part of it is free. */
const SHORT_SHARE = 16;

/** A VM as the policy sees it. */
export interface PolicyVm {
  readonly name: string;
  readonly share: { readonly weight: number };
  readonly end: unknown;
  /** Instructions of its guest. */
  readonly retired: number;
  readonly allotment: Allotment;
  readonly memory: { readonly count: number; readonly places: number };
  readonly board: {
    readonly memoryStatistics: MemoryStatistics | undefined;
    /** Pages that its driver says it has given. */
    readonly ballooned: number;
    askForStatistics(): boolean;
  };
  readonly vcpus: readonly { readonly wait: { readonly kind: string } | undefined }[];
}

const policySchema = stateSchema('memory-policy', 1, {
  /** It is to look at the next exit of its hart. */
  isDue: flag,
  /** Looks one after the other in which nothing has changed, as far as that makes a difference. */
  quiet: upTo(MOST_DOUBLINGS),
  /** What it has seen last: frames that were free, and that VMs wanted. */
  free: count,
  wanted: count,
  /** Instructions that guests had retired by then. */
  retired: count,
});

/**
 * Sets VMs targets, so that memory is where it is needed: from what guests tell of themselves, what they have asked for and not got, and their
 * weights. Guests follow by their balloons, or do not: nothing is taken from them. It looks a while after something has changed, and again as long
 * as memory is short, the more seldom the less changes by that, on one hart; a host whose guests all wait is left to wait.
 */
export class MemoryPolicy implements TimedDevice {
  readonly name = 'vmm.memory-policy';
  readonly component: Component;
  private readonly state: StateOf<typeof policySchema> = {
    isDue: false,
    quiet: 0,
    free: 0,
    wanted: 0,
    retired: 0,
  };

  /**
   * @param call has its hart exit
   * @param vms of the host
   */
  constructor(
    private readonly clock: DeviceClock & { deadlineOf(owner: string): number | undefined },
    private readonly call: () => void,
    private readonly vms: () => readonly PolicyVm[],
    private readonly frames: Pick<FrameTable, 'free' | 'draining'>,
    private readonly ledger: Pick<ExitLedger, 'charge'>,
  ) {
    this.component = component(policySchema, this.state);
  }

  /** Whether it is to look now. */
  get isDue(): boolean {
    return this.state.isDue;
  }

  /** Something has changed that it is to see. */
  disturbed(): void {
    this.state.quiet = 0;
    const due = this.clock.deadlineOf(this.name);
    if (!this.state.isDue && (due === undefined || due > this.clock.now() + POLICY_PERIOD)) this.schedule();
  }

  wake(): void {
    this.state.isDue = true;
    this.call();
  }

  *run(): Narration {
    const { state } = this;
    state.isDue = false;
    const living = this.vms().filter(({ end }) => end === undefined);
    const free = this.frames.free + this.frames.draining.reduce((sum, { ranges }) => sum + framesOf(ranges), 0);
    const total = free + living.reduce((sum, { memory }) => sum + memory.count, 0);
    yield step`the memory policy is due: guests can have ${total} frames together, of which ${free} are free`;
    const claims: MemoryClaim[] = [];
    let isShort = free * SHORT_SHARE < total;
    for (const vm of living) {
      const { wants, uses, lacks } = needOf(vm);
      isShort ||= lacks > 0;
      yield* this.tellNeed(vm, { wants, uses, lacks });
      claims.push(claimOf(vm, wants));
    }
    const targets = memoryShares(claims, total);
    let hasChanged = false;
    for (const [index, vm] of living.entries()) {
      const target = targets[index] ?? vm.allotment.target;
      vm.allotment.lookedAt();
      if (vm.allotment.isFixed || !isChange(vm.allotment, target)) continue;
      const { name } = vm;
      yield step`${name} is to have ${target} frames: its guest is told, and gives some back or gets more as it likes`;
      vm.allotment.setTarget(target, 'policy');
      hasChanged = true;
    }
    const wanted = claims.reduce((sum, { wants }) => sum + wants, 0);
    const isSame = !hasChanged && free === state.free && wanted === state.wanted;
    const retired = living.reduce((instructions, vm) => instructions + vm.retired, 0);
    // Nobody has done anything since: what others do from now on, it is told.
    const isIdle = isSame && retired === state.retired;
    Object.assign(state, { free, wanted, retired, quiet: isSame ? Math.min(state.quiet + 1, MOST_DOUBLINGS) : 0 });
    if (!(isShort || hasChanged) || isIdle) return;
    yield step`memory is short, or targets have changed: guests are asked how they stand, and it looks again in a while`;
    for (const { board } of living) board.askForStatistics();
    this.schedule();
  }

  private *tellNeed({ name, memory, allotment }: PolicyVm, { wants, uses, lacks }: Need): Narration {
    this.ledger.charge('policyVm');
    const { count: has } = memory;
    const { minimum } = allotment.bounds;
    if (uses === undefined)
      yield step`${name} has ${has} frames, tells nothing of them, and lacks ${lacks}: it wants ${wants}, and ${minimum} at least`;
    else
      yield step`${name} has ${has} frames, uses ${uses} by its statistics, and lacks ${lacks}: it wants ${wants}, and ${minimum} at least`;
  }

  private schedule(): void {
    this.clock.schedule(this.name, this.clock.now() + POLICY_PERIOD * 2 ** this.state.quiet);
  }
}

interface Need {
  readonly wants: number;
  /** Undefined of a guest that does not say. */
  readonly uses: number | undefined;
  readonly lacks: number;
}

/** What a VM needs, by what its guest has told, and by what it has asked for. */
function needOf({ allotment, memory, board, vcpus }: PolicyVm): Need {
  const waits = vcpus.some(({ wait }) => wait?.kind === 'frames');
  // Who asks for a few, who waits for one, and who has all that it is to have and says nothing of that, will want more.
  const { available, free } = board.memoryStatistics ?? {};
  const unused = available ?? free;
  const isWanting = allotment.lacking > 0 || waits || (unused === undefined && allotment.isUsedUp);
  const lacks = isWanting ? Math.max(allotment.lacking, SPARE_FRAMES, Math.floor(memory.count / MORE_SHARE)) : 0;
  if (unused === undefined) return { wants: memory.count + lacks, uses: undefined, lacks };
  // Whether its total has what it has given, drivers do not agree on.
  const uses = Math.max(0, memory.places - board.ballooned - Math.floor(unused / FRAME));
  return { wants: uses + Math.floor(uses / SPARE_SHARE) + SPARE_FRAMES + lacks, uses, lacks };
}

/** Whoever was set a target by somebody has that. */
function claimOf({ share: { weight }, allotment }: PolicyVm, wants: number): MemoryClaim {
  const { target, isFixed, bounds } = allotment;
  if (isFixed) return { weight, minimum: target, maximum: target, wants: target };
  return { weight, ...bounds, wants: Math.max(bounds.minimum, Math.min(wants, bounds.maximum)) };
}

function isChange({ target: before, bounds }: Allotment, target: number): boolean {
  if (target === before) return false;
  return Math.abs(target - before) >= LEAST_CHANGE || target === bounds.maximum;
}

const framesOf = (ranges: readonly { readonly frames: number }[]): number =>
  ranges.reduce((sum, { frames }) => sum + frames, 0);
