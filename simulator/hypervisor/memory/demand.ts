import type { PhysicalMemory } from '../../core/index';
import { FIRMWARE_MEMORY } from '../../machine/memory-map';
import { FRAME } from '../../mmu/address';
import { type Component, componentOf, type StateHolder } from '../../schema/state/component';
import { type DemandState, demandSchema } from './demand-state';
import type { FrameRange, FrameTable } from './frame-table';
import type { P2m } from './p2m';

/** What becomes of a VM that wants a frame when there is none, of a host whose VMs have together more memory than it has. */
export const OVERCOMMITS = ['refuse', 'wait', 'kill'] as const;
export type Overcommit = (typeof OVERCOMMITS)[number];

/** Why a VM has not got a frame: others have them all, or it has as many as it may. */
export type Lack = 'host' | 'limit';

/** Where one VM's memory comes from, frame by frame. */
export interface FrameSource {
  /** A hole gets a frame, which is zero. @returns why not */
  populate(gpa: number): Lack | undefined;
  /** Memory becomes holes again, of which nothing maps anything any more. @param isKept of the first address of a frame, whether it stays */
  giveBack(isKept?: (gpa: number) => boolean): void;
  /** The most frames that it has given at a time. */
  readonly peak: number;
}

/** One VM's memory, as it gets it. */
interface Tenant {
  readonly p2m: P2m;
  /** The most frames that it may have, and the most that it has had. */
  readonly most: number;
  peak: number;
}

/**
 * The memory of a host whose VMs get theirs frame by frame as they touch it (Xen's populate on demand; so has a guest of KVM its memory from
 * the kernel), and give it back when they have ended.
 */
export class DemandMemory implements StateHolder<DemandState> {
  readonly component: Component;
  /** By the ids of VMs. */
  private readonly tenants: Tenant[] = [];

  constructor(
    private readonly frames: FrameTable,
    private readonly ram: Pick<PhysicalMemory, 'fill'>,
    private readonly harts: readonly { readonly id: number }[],
  ) {
    const fitting = () => this.tenants.map(({ p2m, most }) => ({ guest: usableFrames(p2m), most }));
    this.component = componentOf(
      demandSchema(harts.length, fitting, (frame) => this.isForVms(frame)),
      this,
    );
  }

  /** The next VM is to have its memory from here. @param most frames that it may have */
  add(p2m: P2m, most: number): FrameSource {
    const tenant = { p2m, most, peak: 0 };
    const vm = this.tenants.push(tenant) - 1;
    return {
      populate: (gpa) => this.populate(vm, gpa),
      giveBack: (isKept) => this.giveBack(vm, isKept),
      get peak() {
        return tenant.peak;
      },
    };
  }

  private populate(vm: number, gpa: number): Lack | undefined {
    const tenant = this.tenant(vm);
    const { p2m, most } = tenant;
    if (p2m.frameCount >= most) return 'limit';
    const taken = this.frames.take(vm, 1);
    if (!taken) return 'host';
    this.ram.fill(taken.base, FRAME, 0);
    p2m.fill(gpa, taken.base);
    tenant.peak = Math.max(tenant.peak, p2m.frameCount);
    return undefined;
  }

  /** Whether frames will be free without that a VM does anything: some were given back, and harts have yet to flush. */
  get willHave(): boolean {
    return this.frames.draining.length > 0;
  }

  /** It can be had again once every hart has flushed. */
  private giveBack(vm: number, isKept: (gpa: number) => boolean = () => false): void {
    this.frames.give(
      this.emptied(vm, isKept),
      this.harts.map(({ id }) => id),
    );
  }

  state(): DemandState {
    return {
      vms: this.tenants.map(({ p2m, peak }) => {
        const memory = p2m.memory();
        return {
          guest: Uint32Array.from(memory, ({ gpa }) => (gpa - p2m.guest.value) / FRAME),
          machine: Uint32Array.from(memory, ({ hpa }) => hpa / FRAME),
          peak,
        };
      }),
      draining: this.frames.draining.map(({ ranges, harts }) => ({
        frames: Uint32Array.from(ranges, ({ base }) => base / FRAME),
        harts: [...harts],
      })),
    };
  }

  restore({ vms, draining }: DemandState): void {
    for (const { id } of this.harts) this.frames.flushed(id);
    for (const vm of this.tenants.keys()) this.frames.give(this.emptied(vm));
    for (const [vm, { guest, machine, peak }] of vms.entries()) {
      const tenant = this.tenant(vm);
      tenant.peak = peak;
      for (const [at, frame] of machine.entries()) {
        this.frames.claim(vm, frameAt(frame));
        tenant.p2m.fill(tenant.p2m.guest.value + (guest[at] ?? 0) * FRAME, frame * FRAME);
      }
    }
    for (const { frames, harts } of draining) {
      const ranges = Array.from(frames, frameAt);
      // Whose they were is of no interest.
      for (const range of ranges) this.frames.claim(0, range);
      this.frames.give(ranges, harts);
    }
  }

  private emptied(vm: number, isKept: (gpa: number) => boolean = () => false): FrameRange[] {
    const { p2m } = this.tenant(vm);
    const given = p2m.memory().filter(({ gpa }) => !isKept(gpa));
    for (const { gpa } of given) p2m.empty(gpa);
    return given.map(({ hpa }) => ({ base: hpa, frames: 1 }));
  }

  private isForVms(frame: number): boolean {
    const hpa = frame * FRAME;
    const { base, size } = this.frames;
    return hpa >= base && hpa < base + size && this.frames.ownerOf(hpa) !== 'vmm';
  }

  private tenant(vm: number): Tenant {
    const tenant = this.tenants[vm];
    if (!tenant) throw new RangeError(`VM ${vm} has no memory on demand`);
    return tenant;
  }
}

const frameAt = (frame: number): FrameRange => ({ base: frame * FRAME, frames: 1 });

/** The frames of a guest's memory above its firmware's, by their numbers. */
function usableFrames({ guest, size }: P2m): { from: number; to: number } {
  const { base, size: firmware } = FIRMWARE_MEMORY;
  return { from: Math.max(0, base + firmware - guest.value) / FRAME, to: size / FRAME };
}
