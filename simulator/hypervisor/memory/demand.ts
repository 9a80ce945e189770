import type { PhysicalMemory } from '../../core/index';
import type { MemoryRange } from '../../machine/memory-map';
import { FRAME } from '../../mmu/address';
import { type Component, componentOf, type StateHolder } from '../../schema/state/component';
import { type DemandState, demandSchema, type TenantState } from './demand-state';
import type { FrameRange, FrameTable } from './frame-table';
import type { P2m } from './p2m';

/** What becomes of a VM that wants a frame when there is none, of a host whose VMs have together more memory than it has. */
export const OVERCOMMITS = ['refuse', 'wait', 'kill'] as const;
export type Overcommit = (typeof OVERCOMMITS)[number];

/** Why a VM has not got a frame: others have them all, or it has as many as it may. */
export type Lack = 'host' | 'limit';

/** Where one VM's memory comes from, frame by frame. */
export class FrameSource {
  private most = 0;

  /** @param limit the most frames that it may have @param firmware what of the VM's memory is never given */
  constructor(
    private readonly frames: FrameTable,
    private readonly ram: Pick<PhysicalMemory, 'clear'>,
    private readonly harts: readonly { readonly id: number }[],
    readonly vm: number,
    readonly p2m: P2m,
    readonly limit: number,
    private readonly firmware: MemoryRange,
  ) {}

  /** The frames of the guest's memory above its firmware's, by their numbers. */
  get usable(): { readonly from: number; readonly to: number } {
    const { guest, size } = this.p2m;
    const { base, size: taken } = this.firmware;
    return { from: Math.max(0, base + taken - guest.value) / FRAME, to: size / FRAME };
  }

  /** The most frames that it has given at a time. */
  get peak(): number {
    return this.most;
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
    return undefined;
  }

  /**
   * Memory becomes holes again, of which nothing maps anything any more. It can be had again once every hart has flushed.
   * @param isKept of the first address of a frame, whether it stays
   */
  giveBack(isKept: (gpa: number) => boolean = () => false): void {
    this.frames.give(
      this.emptied(isKept),
      this.harts.map(({ id }) => id),
    );
  }

  /** Whether somebody holds the frame of an address, as what it is or at all. */
  isUsed(gpa: number): boolean {
    const hpa = this.p2m.toHost(gpa);
    return hpa !== undefined && (this.frames.info(hpa)?.references ?? 0) > 0;
  }

  state(): TenantState {
    const memory = this.p2m.memory();
    return {
      guest: Uint32Array.from(memory, ({ gpa }) => (gpa - this.p2m.guest.value) / FRAME),
      machine: Uint32Array.from(memory, ({ hpa }) => hpa / FRAME),
      peak: this.most,
    };
  }

  /** All becomes holes, and nobody has the frames any more. */
  forget(): void {
    this.frames.give(this.emptied(() => false));
  }

  restore({ guest, machine, peak }: TenantState): void {
    this.most = peak;
    for (const [at, frame] of machine.entries()) {
      this.frames.claim(this.vm, frameAt(frame));
      this.p2m.fill(this.p2m.guest.value + (guest[at] ?? 0) * FRAME, frame * FRAME);
    }
  }

  private emptied(isKept: (gpa: number) => boolean): FrameRange[] {
    const given = this.p2m.memory().filter(({ gpa }) => !isKept(gpa));
    for (const { gpa } of given) this.p2m.empty(gpa);
    return given.map(({ hpa }) => ({ base: hpa, frames: 1 }));
  }
}

/**
 * The memory of a host whose VMs get theirs frame by frame as they touch it (Xen's populate on demand; so has a guest of KVM its memory from
 * the kernel), and give it back when they have ended.
 */
export class DemandMemory implements StateHolder<DemandState> {
  readonly component: Component;
  /** By the ids of VMs. */
  private readonly sources: FrameSource[] = [];

  constructor(
    private readonly frames: FrameTable,
    private readonly ram: Pick<PhysicalMemory, 'clear'>,
    private readonly harts: readonly { readonly id: number }[],
  ) {
    const fitting = () => this.sources.map(({ usable, limit }) => ({ guest: usable, most: limit }));
    this.component = componentOf(
      demandSchema(harts.length, fitting, (frame) => this.isForVms(frame)),
      this,
    );
  }

  /** The next VM is to have its memory from here. @param limit the most frames that it may have @param firmware what of it is never given */
  add(p2m: P2m, limit: number, firmware: MemoryRange): FrameSource {
    const source = new FrameSource(this.frames, this.ram, this.harts, this.sources.length, p2m, limit, firmware);
    this.sources.push(source);
    return source;
  }

  /** Whether frames will be free without that a VM does anything: some were given back, and harts have yet to flush. */
  get willHave(): boolean {
    return this.frames.draining.length > 0;
  }

  state(): DemandState {
    return {
      vms: this.sources.map((source) => source.state()),
      draining: this.frames.draining.map(({ ranges, harts }) => ({
        frames: Uint32Array.from(ranges, ({ base }) => base / FRAME),
        harts: [...harts],
      })),
    };
  }

  restore({ vms, draining }: DemandState): void {
    for (const { id } of this.harts) this.frames.flushed(id);
    for (const source of this.sources) source.forget();
    for (const [vm, state] of vms.entries()) this.sources[vm]?.restore(state);
    for (const { frames, harts } of draining) {
      const ranges = Array.from(frames, frameAt);
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

const frameAt = (frame: number): FrameRange => ({ base: frame * FRAME, frames: 1 });
