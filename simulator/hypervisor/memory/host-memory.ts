import type { PhysicalMemory } from '../../core/index';
import type { MemoryRange } from '../../machine/memory-map';
import { FRAME } from '../../mmu/address';
import { type Component, componentOf, type StateHolder } from '../../schema/state/component';
import type { FrameRange, FrameTable } from './frame-table';
import { type Fitting, type HostMemoryState, hostMemorySchema, type TenantState } from './host-memory-state';
import type { P2m } from './p2m';

/** What becomes of a VM that wants a frame when there is none, of a host whose VMs have together more memory than it has. */
export const OVERCOMMITS = ['refuse', 'wait', 'kill'] as const;
export type Overcommit = (typeof OVERCOMMITS)[number];

/** Why a VM has not got a frame: others have them all, or it has as many as it may. */
export type Lack = 'host' | 'limit';

/** A frame of a VM's memory: where its guest has it, and where the machine has it. */
export interface GuestFrame {
  readonly gpa: number;
  readonly hpa: number;
}

/** Memory is short when less than this part of it is free. */
const SHORT_SHARE = 16;

/** How a VM gets its memory: all of it at first, or frame by frame as it touches it. */
export type Provision = 'at-first' | 'on-demand';

/** Where one VM's memory comes from, and goes back to, frame by frame. */
export class FrameSource {
  private most: number;

  /** @param limit the most frames that it may have @param firmware what of the VM's memory is never given */
  constructor(
    private readonly frames: FrameTable,
    private readonly ram: Pick<PhysicalMemory, 'clear'>,
    private readonly harts: readonly { readonly id: number }[],
    /** Called when memory is taken of which there is little left. */
    private readonly becameShort: () => void,
    readonly vm: number,
    readonly p2m: P2m,
    readonly provision: Provision,
    readonly limit: number,
    private readonly firmware: MemoryRange,
  ) {
    this.most = p2m.frameCount;
  }

  /** The most frames that it has given at a time. */
  get peak(): number {
    return this.most;
  }

  /** Frames of its memory that a guest can have: all but the firmware's. */
  get usable(): number {
    return this.p2m.size / FRAME - firstUsable(this.p2m, this.firmware);
  }

  /** A hole gets a frame, which is zero. @returns why not */
  populate(gpa: number): Lack | undefined {
    const { p2m } = this;
    if (p2m.frameCount >= this.limit) return 'limit';
    const taken = this.frames.take(this.vm, 1);
    if (!taken) return 'host';
    this.ram.clear(taken.base, FRAME);
    p2m.fill(gpa, taken.base);
    this.most = Math.max(this.most, p2m.frameCount);
    if (this.frames.free * SHORT_SHARE < this.frames.size / FRAME) this.becameShort();
    return undefined;
  }

  /**
   * Frames become holes, of which nothing maps anything any more, and go back to the host.
   * @param harts that may still lead there
   * @throws RangeError for one that is still held
   */
  release(released: readonly GuestFrame[], harts: Iterable<number>): void {
    this.frames.give(
      released.map(({ hpa }) => ({ base: hpa, frames: 1 })),
      harts,
    );
    for (const { gpa } of released) this.p2m.empty(gpa);
  }

  /** All holes above the firmware's part get frames. @returns whether there were enough */
  fillAll(): boolean {
    const { guest, size } = this.p2m;
    const from = guest.value + firstUsable(this.p2m, this.firmware) * FRAME;
    for (let gpa = from; gpa < guest.value + size; gpa += FRAME)
      if (this.p2m.toHost(gpa) === undefined && this.populate(gpa)) return false;
    return true;
  }

  /**
   * Memory that is got as it is touched becomes holes again, of which nothing maps anything any more. It can be had again once every hart has
   * flushed.
   * @param isKept of the first address of a frame, whether it stays
   */
  giveBack(isKept: (gpa: number) => boolean = () => false): void {
    if (this.provision === 'at-first') return;
    const given = this.p2m.memory().filter(({ gpa }) => !isKept(gpa));
    this.release(
      given,
      this.harts.map(({ id }) => id),
    );
  }

  /** Whether somebody holds the frame of an address, as what it is or at all. */
  isUsed(gpa: number): boolean {
    const hpa = this.p2m.toHost(gpa);
    return hpa !== undefined && (this.frames.info(hpa)?.references ?? 0) > 0;
  }

  get fitting(): Fitting {
    const { p2m, limit, firmware } = this;
    const first = this.provision === 'at-first' ? (frame: number) => p2m.frameAtFirst(frame) : undefined;
    return { frames: p2m.size / FRAME, firstUsable: firstUsable(p2m, firmware), most: limit, first };
  }

  state(): TenantState {
    return { ...this.p2m.toldFrames(), peak: this.most };
  }

  /** Another state is taken up: what it does not have goes at once. @returns what takes the rest, once all VMs' has gone */
  exchange({ guest, machine, peak }: TenantState): () => void {
    const { gone, come } = this.p2m.changesTo({ guest, machine });
    for (const gpa of gone) {
      const hpa = this.p2m.empty(gpa);
      if (hpa !== undefined) this.frames.give([{ base: hpa, frames: 1 }]);
    }
    return () => {
      for (const { gpa, hpa } of come) {
        this.frames.claim(this.vm, { base: hpa, frames: 1 });
        this.p2m.fill(gpa, hpa);
      }
      this.p2m.takeSplit(guest);
      this.most = peak;
    };
  }
}

/** Who of a host's VMs has which of its frames. */
export class HostMemory implements StateHolder<HostMemoryState> {
  readonly component: Component;
  /** By the ids of VMs. */
  private readonly sources: FrameSource[] = [];

  constructor(
    private readonly frames: FrameTable,
    private readonly ram: Pick<PhysicalMemory, 'clear'>,
    private readonly harts: readonly { readonly id: number }[],
    private readonly becameShort: () => void,
  ) {
    const fitting = () => this.sources.map((source) => source.fitting);
    this.component = componentOf(
      hostMemorySchema(harts.length, fitting, (frame) => this.isForVms(frame)),
      this,
    );
  }

  /** The next VM is to have its memory from here. @param limit the most frames that it may have @param firmware what of it is never given */
  add(p2m: P2m, provision: Provision, limit: number, firmware: MemoryRange): FrameSource {
    const source = new FrameSource(
      this.frames,
      this.ram,
      this.harts,
      this.becameShort,
      this.sources.length,
      p2m,
      provision,
      limit,
      firmware,
    );
    this.sources.push(source);
    return source;
  }

  /** Whether frames will be free without that a VM does anything: some were given back, and harts have yet to flush. */
  get willHave(): boolean {
    return this.frames.draining.length > 0;
  }

  state(): HostMemoryState {
    return {
      vms: this.sources.map((source) => source.state()),
      draining: this.frames.draining.map(({ ranges, harts }) => ({
        frames: Uint32Array.from(
          ranges.flatMap(({ base, frames }) => Array.from({ length: frames }, (_, at) => base / FRAME + at)),
        ),
        harts: [...harts],
      })),
    };
  }

  restore({ vms, draining }: HostMemoryState): void {
    // Who holds frames in that state says so when it is taken up.
    for (const { vm } of this.sources) this.frames.loosen(vm);
    for (const { id } of this.harts) this.frames.flushed(id);
    const takes = vms.map((state, vm) => this.sources[vm]?.exchange(state));
    for (const take of takes) take?.();
    for (const { frames, harts } of draining) {
      const ranges = Array.from(frames, (frame): FrameRange => ({ base: frame * FRAME, frames: 1 }));
      // Whose they were is of no interest.
      for (const range of ranges) this.frames.claim(0, range);
      this.frames.give(ranges, harts);
    }
  }

  private isForVms(frame: number): boolean {
    const hpa = frame * FRAME;
    const { base, size } = this.frames;
    return hpa >= base && hpa < base + size && this.frames.ownerOf(hpa) !== 'vmm';
  }
}

/** The first frame of a guest's memory above its firmware's, counted from where it begins. */
function firstUsable({ guest }: P2m, { base, size }: MemoryRange): number {
  return Math.max(0, base + size - guest.value) / FRAME;
}
