import { FRAME } from '../../mmu/address';

/** Who has a frame of machine memory: the VMM itself, or a VM by its id. */
export type FrameOwner = 'vmm' | number;

/**
 * What a frame is used as. A page table of level n has entries that lead to tables of level n - 1; `ram` may be written by its VM,
 * `table` and `shared` only under the rules of their use.
 */
export const FRAME_TYPES = ['ram', 'table0', 'table1', 'table2', 'table3', 'shared', 'vmm'] as const;
export type FrameType = (typeof FRAME_TYPES)[number];

/** How somebody holds a frame: it must not go away (`reference`), or it must stay what it is (a type, which is a reference too). */
export type FrameUse = 'reference' | FrameType;

/** Why a frame cannot be had as asked. */
export type Refusal =
  | { readonly why: 'no-frame' }
  | { readonly why: 'not-owner'; readonly owner: FrameOwner }
  | { readonly why: 'pinned' }
  | { readonly why: 'type-in-use'; readonly type: FrameType; readonly typeCount: number };

export interface FrameInfo {
  readonly owner: FrameOwner;
  readonly type: FrameType;
  /** How often it is held as its type; the type can change at 0. */
  readonly typeCount: number;
  /** How often it is held at all, uses as a type included. */
  readonly references: number;
  /** Held as a table by its VM itself, whoever points to it. */
  readonly isPinned: boolean;
}

/** Frames side by side in machine memory. */
export interface FrameRange {
  /** Machine address of the first. */
  readonly base: number;
  readonly frames: number;
}

/** Frames that were given back, and the harts whose TLB may still lead to them. */
interface Draining {
  readonly ranges: readonly FrameRange[];
  readonly harts: Set<number>;
}

/**
 * Every frame of the machine's memory above the firmware's, with Xen's rules (xen/arch/x86/mm.c): it has one owner and one type, the type
 * changes only while nobody uses the frame as what it is, and a frame that was given back is nobody's before every hart that may hold a
 * translation of it has flushed.
 */
export class FrameTable {
  private readonly owners: Int32Array;
  private readonly types: Uint8Array;
  private readonly typeCounts: Uint32Array;
  private readonly references: Uint32Array;
  private readonly pinned: Uint8Array;
  private drains: Draining[] = [];
  /** Frames that can be taken. */
  private available: number;
  /** No frame below this one is free. */
  private firstFree = 0;

  /** @param base machine address of the first frame @param size bytes, a multiple of the frame size */
  constructor(
    readonly base: number,
    readonly size: number,
  ) {
    const frames = size / FRAME;
    this.available = frames;
    this.owners = new Int32Array(frames).fill(NOBODY);
    this.types = new Uint8Array(frames);
    this.typeCounts = new Uint32Array(frames);
    this.references = new Uint32Array(frames);
    this.pinned = new Uint8Array(frames);
  }

  /**
   * Takes frames that lie side by side.
   * @param align in frames: the number of the first one is a multiple of it
   * @returns undefined when there is no such room
   */
  take(owner: FrameOwner, count: number, align = 1): FrameRange | undefined {
    const origin = this.base / FRAME;
    for (let first = this.firstFree; first + count <= this.owners.length; ) {
      const misaligned = (origin + first) % align;
      if (misaligned !== 0) {
        first += align - misaligned;
        continue;
      }
      const taken = this.lastTaken(first, count);
      if (taken >= first) {
        first = taken + 1;
        continue;
      }
      this.hand(owner, first, count);
      return { base: (origin + first) * FRAME, frames: count };
    }
    return undefined;
  }

  /** Takes certain frames. @throws RangeError unless they are free */
  claim(owner: FrameOwner, { base, frames }: FrameRange): void {
    const first = (base - this.base) / FRAME;
    if (!(first >= 0 && first + frames <= this.owners.length) || this.lastTaken(first, frames) >= first)
      throw new RangeError(`${frames} frames from ${hex(base)} are not free`);
    this.hand(owner, first, frames);
  }

  /**
   * Gives frames back. They can be taken again once every one of `harts` has flushed.
   * @throws RangeError for a frame that nobody has, or that is still held
   */
  give(ranges: readonly FrameRange[], harts: Iterable<number> = []): void {
    for (const { base, frames } of ranges) {
      for (let at = 0; at < frames; at++) {
        const hpa = base + at * FRAME;
        const frame = this.find(hpa);
        if (frame === undefined) throw new RangeError(`the frame ${hex(hpa)} is nobody's`);
        const held = this.references[frame] ?? 0;
        if (held > 0) throw new RangeError(`the frame ${hex(hpa)} is still held ${held} times`);
      }
    }
    const pending = new Set(harts);
    for (const { base, frames } of ranges) {
      const first = (base - this.base) / FRAME;
      this.owners.fill(DRAINING, first, first + frames);
    }
    if (pending.size === 0) this.release(ranges);
    else if (ranges.length > 0) this.drains.push({ ranges, harts: pending });
  }

  /** Frames that can be taken. */
  get free(): number {
    return this.available;
  }

  /** What was given back and cannot be taken yet, with the harts that have not flushed since. */
  get draining(): readonly { readonly ranges: readonly FrameRange[]; readonly harts: ReadonlySet<number> }[] {
    return this.drains;
  }

  /** A hart has flushed all that its TLB held. @returns whether frames can be taken by that which could not */
  flushed(hart: number): boolean {
    for (const { harts } of this.drains) harts.delete(hart);
    const done = this.drains.filter(({ harts }) => harts.size === 0);
    if (done.length === 0) return false;
    this.drains = this.drains.filter(({ harts }) => harts.size > 0);
    for (const { ranges } of done) this.release(ranges);
    return true;
  }

  /** Holds a frame. @returns why not; undefined when it is held from now on, until `put` */
  get(hpa: number, use: FrameUse, by: FrameOwner): Refusal | undefined {
    const frame = this.find(hpa);
    if (frame === undefined) return { why: 'no-frame' };
    const owner = this.ownerAt(frame);
    if (owner !== by) return { why: 'not-owner', owner };
    if (use !== 'reference') {
      const [type, typeCount] = [this.typeAt(frame), this.typeCounts[frame] ?? 0];
      if (type !== use && typeCount > 0) return { why: 'type-in-use', type, typeCount };
      this.types[frame] = FRAME_TYPES.indexOf(use);
      this.typeCounts[frame] = typeCount + 1;
    }
    this.references[frame] = (this.references[frame] ?? 0) + 1;
    return undefined;
  }

  /** Holds it no longer. @throws RangeError unless it was held so */
  put(hpa: number, use: FrameUse, by: FrameOwner): void {
    const frame = this.find(hpa);
    const isHeld = frame !== undefined && this.ownerAt(frame) === by && (this.references[frame] ?? 0) > 0;
    if (!isHeld) throw new RangeError(`the frame ${hex(hpa)} is not held`);
    if (use !== 'reference') {
      const typeCount = this.typeCounts[frame] ?? 0;
      if (this.typeAt(frame) !== use || typeCount === 0)
        throw new RangeError(`the frame ${hex(hpa)} is not held as ${use}`);
      this.typeCounts[frame] = typeCount - 1;
    }
    this.references[frame] = (this.references[frame] ?? 0) - 1;
  }

  /** Holds a frame as a table, whoever points to it, until `unpin`. @returns why not, as `get` */
  pin(hpa: number, type: FrameType, by: FrameOwner): Refusal | undefined {
    const frame = this.find(hpa);
    if (frame !== undefined && this.pinned[frame]) return { why: 'pinned' };
    const refusal = this.get(hpa, type, by);
    if (!refusal && frame !== undefined) this.pinned[frame] = 1;
    return refusal;
  }

  /** @throws RangeError unless it was pinned */
  unpin(hpa: number, by: FrameOwner): void {
    const frame = this.find(hpa);
    if (frame === undefined || !this.pinned[frame]) throw new RangeError(`the frame ${hex(hpa)} is not pinned`);
    this.put(hpa, this.typeAt(frame), by);
    this.pinned[frame] = 0;
  }

  /** Nobody holds a frame of an owner's any more, and all of them are memory: whoever holds some later begins anew. */
  loosen(owner: number): void {
    for (let frame = 0; frame < this.owners.length; frame++) {
      if (this.owners[frame] !== owner) continue;
      this.types[frame] = FRAME_TYPES.indexOf('ram');
      this.typeCounts[frame] = this.references[frame] = this.pinned[frame] = 0;
    }
  }

  /** Who has the frame at a machine address; undefined where nobody has it. */
  ownerOf(hpa: number): FrameOwner | undefined {
    const frame = this.find(hpa);
    return frame === undefined ? undefined : this.ownerAt(frame);
  }

  /** What is known of the frame at a machine address; undefined where nobody has it. */
  info(hpa: number): FrameInfo | undefined {
    const frame = this.find(hpa);
    if (frame === undefined) return undefined;
    return {
      owner: this.ownerAt(frame),
      type: this.typeAt(frame),
      typeCount: this.typeCounts[frame] ?? 0,
      references: this.references[frame] ?? 0,
      isPinned: this.pinned[frame] === 1,
    };
  }

  /** The index of the frame at an address that somebody has. */
  private find(hpa: number): number | undefined {
    const frame = Math.floor((hpa - this.base) / FRAME);
    const owner = this.owners[frame];
    return owner === undefined || owner === NOBODY || owner === DRAINING ? undefined : frame;
  }

  private ownerAt(frame: number): FrameOwner {
    const owner = this.owners[frame] ?? NOBODY;
    return owner === VMM ? 'vmm' : owner;
  }

  private typeAt(frame: number): FrameType {
    return FRAME_TYPES[this.types[frame] ?? 0] ?? 'ram';
  }

  /** The last frame of so many that is not free; before `first` when all are. */
  private lastTaken(first: number, count: number): number {
    for (let frame = first + count - 1; frame >= first; frame--) if (this.owners[frame] !== NOBODY) return frame;
    return first - 1;
  }

  private hand(owner: FrameOwner, first: number, count: number): void {
    this.owners.fill(numberOf(owner), first, first + count);
    this.types.fill(FRAME_TYPES.indexOf(owner === 'vmm' ? 'vmm' : 'ram'), first, first + count);
    this.available -= count;
    if (first === this.firstFree) this.firstFree = first + count;
  }

  private release(ranges: readonly FrameRange[]): void {
    for (const { base, frames } of ranges) {
      const first = (base - this.base) / FRAME;
      this.owners.fill(NOBODY, first, first + frames);
      this.available += frames;
      this.firstFree = Math.min(this.firstFree, first);
    }
  }
}

/** In the table of owners, beside the ids of VMs. */
const NOBODY = -1;
const VMM = -2;
const DRAINING = -3;
const numberOf = (owner: FrameOwner): number => (owner === 'vmm' ? VMM : owner);

const hex = (address: number): string => `0x${address.toString(16)}`;
