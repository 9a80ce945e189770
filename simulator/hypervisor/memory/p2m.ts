import { FRAME, type Gpa, type Hpa, SUPERPAGE } from '../../mmu/address';
import type { FrameRange } from './frame-table';

const FRAMES_PER_BLOCK = SUPERPAGE / FRAME;
/** One block of 2 MiB in so many is scattered frame by frame; the others stay whole, so that superpages are possible. */
const SCATTERED_SHARE = 8;

/** No frame: no guest has the first of machine memory. */
const HOLE = 0;

/**
 * A VM's map from guest-physical to machine memory. An entry is a frame of RAM or a hole, and becomes the other as memory comes and goes. Where
 * a VM has all of its memory from the start, the map is deliberately not the identity: blocks of 2 MiB are shuffled and every eighth is
 * scattered at 4 KiB, so that an address used in the wrong space shows at once. It is equal in every run.
 */
export class P2m {
  /** Machine frame number by guest frame offset. */
  private readonly hostFrames: Uint32Array;
  /** Guest frame offset, counted from 1, by machine frame offset. */
  private readonly guestFrames: Uint32Array;
  /** As it was at first, where all memory was there from the start: machine frame number by guest frame offset. */
  private first: Uint32Array | undefined;
  /** By guest block: whether it lay in one aligned block of machine memory at first. */
  private wholeBlocks: readonly boolean[] = [];
  /** Blocks of which a frame has gone since, by their numbers: they stay split also where it has come again. */
  private readonly split = new Set<number>();
  private filled = 0;

  /**
   * Holes alone.
   * @param guest where guest RAM begins, in GPA
   * @param size bytes, a multiple of 2 MiB
   * @param host machine memory of which its frames may be
   */
  constructor(
    readonly guest: Gpa,
    readonly size: number,
    private readonly host: FrameRange,
  ) {
    this.hostFrames = new Uint32Array(size / FRAME);
    this.guestFrames = new Uint32Array(host.frames);
  }

  /**
   * All memory is there from the start.
   * @param begin where the machine memory for it begins, a multiple of 2 MiB; `size` bytes are taken
   * @param host machine memory of which frames may be that come later
   */
  static reserved(guest: Gpa, size: number, begin: Hpa, host: FrameRange): P2m {
    const p2m = new P2m(guest, size, host);
    for (const [frame, target] of scatteredFrames(size).entries())
      p2m.fill(guest.value + frame * FRAME, begin.value + target * FRAME);
    p2m.first = p2m.hostFrames.slice();
    p2m.wholeBlocks = Array.from({ length: size / SUPERPAGE }, (_, block) =>
      p2m.isInOnePiece(block * FRAMES_PER_BLOCK),
    );
    return p2m;
  }

  /** Frames of machine memory that it has. */
  get frameCount(): number {
    return this.filled;
  }

  /** A hole becomes memory. */
  fill(gpa: number, hpa: number): void {
    const frame = Math.floor((gpa - this.guest.value) / FRAME);
    const hostFrame = Math.floor(hpa / FRAME);
    this.hostFrames[frame] = hostFrame;
    this.guestFrames[hostFrame - this.host.base / FRAME] = frame + 1;
    this.filled++;
  }

  /** Memory becomes a hole. @returns the machine address of what was there */
  empty(gpa: number): number | undefined {
    const hpa = this.toHost(gpa - (gpa % FRAME));
    if (hpa === undefined) return undefined;
    if (this.first) this.split.add(Math.floor((gpa - this.guest.value) / SUPERPAGE));
    this.hostFrames[Math.floor((gpa - this.guest.value) / FRAME)] = HOLE;
    this.guestFrames[(hpa - this.host.base) / FRAME] = 0;
    this.filled--;
    return hpa;
  }

  /** Where there is memory, in order: the first address of each frame. */
  memory(): { readonly gpa: number; readonly hpa: number }[] {
    const frames: { readonly gpa: number; readonly hpa: number }[] = [];
    this.eachFrame((hpa, gpa) => frames.push({ gpa, hpa }));
    return frames;
  }

  /** As `memory`: nothing is made for it. */
  eachFrame(take: (hpa: number, gpa: number) => void): void {
    const { hostFrames } = this;
    for (let frame = 0; frame < hostFrames.length; frame++) {
      const hostFrame = hostFrames[frame] ?? HOLE;
      if (hostFrame !== HOLE) take(hostFrame * FRAME, this.guest.value + frame * FRAME);
    }
  }

  /** Whether it is guest RAM, memory or a hole. */
  contains(gpa: number): boolean {
    const offset = gpa - this.guest.value;
    return offset >= 0 && offset < this.size;
  }

  /** The machine address behind a guest-physical one; `undefined` outside guest RAM, and of a hole. */
  toHost(gpa: number): number | undefined {
    const offset = gpa - this.guest.value;
    const frame = Math.floor(offset / FRAME);
    const hostFrame = this.hostFrames[frame] ?? HOLE;
    return hostFrame === HOLE ? undefined : hostFrame * FRAME + (offset - frame * FRAME);
  }

  /** The guest-physical address that lies at a machine address; `undefined` when it is not this VM's memory. */
  toGuest(hpa: number): number | undefined {
    const offset = hpa - this.host.base;
    const frame = Math.floor(offset / FRAME);
    const guestFrame = this.guestFrames[frame] ?? 0;
    return guestFrame === 0 ? undefined : this.guest.value + (guestFrame - 1) * FRAME + (offset - frame * FRAME);
  }

  /** Whether the 2 MiB of guest memory at `gpa` (a multiple of 2 MiB) lie in one aligned block of machine memory. */
  isWholeBlock(gpa: number): boolean {
    const block = (gpa - this.guest.value) / SUPERPAGE;
    return (this.wholeBlocks[block] ?? false) && !this.split.has(block);
  }

  /** Where all memory was there from the start: the machine frame of a guest frame then, both by number; else undefined. */
  frameAtFirst(frame: number): number | undefined {
    return this.first?.[frame];
  }

  /**
   * The guest frames that have to be told to know the map, by their offsets, in order: those that are no holes, or where all memory was there
   * from the start those of split blocks. With each its machine frame number, 0 for a hole.
   */
  toldFrames(): { readonly guest: Uint32Array; readonly machine: Uint32Array } {
    const told: number[] = [];
    const { hostFrames } = this;
    if (this.first) {
      for (const block of [...this.split].sort((a, b) => a - b))
        for (let at = 0; at < FRAMES_PER_BLOCK; at++) told.push(block * FRAMES_PER_BLOCK + at);
    } else {
      for (let frame = 0; frame < hostFrames.length; frame++) if (hostFrames[frame] !== HOLE) told.push(frame);
    }
    return { guest: Uint32Array.from(told), machine: Uint32Array.from(told, (frame) => hostFrames[frame] ?? HOLE) };
  }

  /**
   * What it takes to make the map another one.
   * @param told as `toldFrames` tells that
   * @returns the addresses of frames that go, and the frames that come
   */
  changesTo(told: { readonly guest: Uint32Array; readonly machine: Uint32Array }): {
    readonly gone: readonly number[];
    readonly come: readonly { readonly gpa: number; readonly hpa: number }[];
  } {
    const wanted = this.first?.slice() ?? new Uint32Array(this.hostFrames.length);
    for (const [at, frame] of told.guest.entries()) wanted[frame] = told.machine[at] ?? HOLE;
    const gone: number[] = [];
    const come: { gpa: number; hpa: number }[] = [];
    for (const [frame, machine] of wanted.entries()) {
      const before = this.hostFrames[frame] ?? HOLE;
      if (before === machine) continue;
      const gpa = this.guest.value + frame * FRAME;
      if (before !== HOLE) gone.push(gpa);
      if (machine !== HOLE) come.push({ gpa, hpa: machine * FRAME });
    }
    return { gone, come };
  }

  /** Which blocks are split is as `toldFrames` told it. */
  takeSplit(guest: Uint32Array): void {
    this.split.clear();
    if (this.first) for (const frame of guest) this.split.add(Math.floor(frame / FRAMES_PER_BLOCK));
  }

  private isInOnePiece(first: number): boolean {
    const base = this.hostFrames[first];
    if (base === undefined || base % FRAMES_PER_BLOCK !== 0) return false;
    for (let frame = 1; frame < FRAMES_PER_BLOCK; frame++)
      if (this.hostFrames[first + frame] !== base + frame) return false;
    return true;
  }
}

/** By guest frame, which frame of as much machine memory it is: blocks in another order, and the frames of every eighth among each other. */
function scatteredFrames(size: number): Uint32Array {
  const blocks = size / SUPERPAGE;
  const random = sequence(0x5eed ^ blocks);
  const frames = new Uint32Array(size / FRAME);
  const scattered: number[] = [];
  for (const [block, target] of shuffled(blocks, random).entries()) {
    for (let frame = 0; frame < FRAMES_PER_BLOCK; frame++) {
      frames[block * FRAMES_PER_BLOCK + frame] = target * FRAMES_PER_BLOCK + frame;
      if (block % SCATTERED_SHARE === SCATTERED_SHARE - 1) scattered.push(block * FRAMES_PER_BLOCK + frame);
    }
  }
  const targets = scattered.map((frame) => frames[frame] ?? 0);
  for (const [at, from] of shuffled(targets.length, random).entries()) frames[scattered[at] ?? 0] = targets[from] ?? 0;
  return frames;
}

/** A linear congruential sequence of integers below a bound: shuffling needs variety, not secrecy, and the same in every run. */
function sequence(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function shuffled(length: number, random: (bound: number) => number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let i = length - 1; i > 0; i--) {
    const j = random(i + 1);
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
  return order;
}
