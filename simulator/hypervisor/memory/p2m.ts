import { FRAME, type Gpa, type Hpa, SUPERPAGE } from '../../mmu/address';

const FRAMES_PER_BLOCK = SUPERPAGE / FRAME;
/** One block of 2 MiB in so many is scattered frame by frame; the others stay whole, so that superpages are possible. */
const SCATTERED_SHARE = 8;

/**
 * A VM's map from guest-physical to machine memory. Deliberately not the identity: blocks of 2 MiB are shuffled and every eighth is
 * scattered at 4 KiB, so that an address used in the wrong space shows at once. Fixed for the VM's life and equal in every run.
 */
export class P2m {
  /** Machine frame number by guest frame offset. */
  private readonly hostFrames: Uint32Array;
  /** Guest frame offset by machine frame offset. */
  private readonly guestFrames: Uint32Array;
  /** By guest block: whether it lies in one aligned block of machine memory. */
  private readonly wholeBlocks: readonly boolean[];

  /**
   * @param guest where guest RAM begins, in GPA
   * @param size bytes, a multiple of 2 MiB
   * @param host where the machine memory for it begins, a multiple of 2 MiB; `size` bytes are taken
   */
  constructor(
    readonly guest: Gpa,
    readonly size: number,
    readonly host: Hpa,
  ) {
    const blocks = size / SUPERPAGE;
    const random = sequence(0x5eed ^ blocks);
    const order = shuffled(blocks, random);
    this.hostFrames = new Uint32Array(size / FRAME);
    this.guestFrames = new Uint32Array(size / FRAME);
    const hostBase = host.value / FRAME;
    const scattered: number[] = [];
    for (const [block, target] of order.entries()) {
      for (let frame = 0; frame < FRAMES_PER_BLOCK; frame++) {
        this.hostFrames[block * FRAMES_PER_BLOCK + frame] = hostBase + target * FRAMES_PER_BLOCK + frame;
        if (block % SCATTERED_SHARE === SCATTERED_SHARE - 1) scattered.push(block * FRAMES_PER_BLOCK + frame);
      }
    }
    const targets = scattered.map((frame) => this.hostFrames[frame] ?? 0);
    for (const [at, from] of shuffled(targets.length, random).entries())
      this.hostFrames[scattered[at] ?? 0] = targets[from] ?? 0;
    for (const [frame, hostFrame] of this.hostFrames.entries()) this.guestFrames[hostFrame - hostBase] = frame;
    this.wholeBlocks = order.map((_, block) => this.isInOnePiece(block * FRAMES_PER_BLOCK));
  }

  /** The machine address behind a guest-physical one; `undefined` outside guest RAM. */
  toHost(gpa: number): number | undefined {
    const offset = gpa - this.guest.value;
    if (!(offset >= 0 && offset < this.size)) return undefined;
    const frame = Math.floor(offset / FRAME);
    return (this.hostFrames[frame] ?? 0) * FRAME + (offset - frame * FRAME);
  }

  /** The guest-physical address that lies at a machine address; `undefined` when it is not this VM's memory. */
  toGuest(hpa: number): number | undefined {
    const offset = hpa - this.host.value;
    if (!(offset >= 0 && offset < this.size)) return undefined;
    const frame = Math.floor(offset / FRAME);
    return this.guest.value + (this.guestFrames[frame] ?? 0) * FRAME + (offset - frame * FRAME);
  }

  /** Whether the 2 MiB of guest memory at `gpa` (a multiple of 2 MiB) lie in one aligned block of machine memory. */
  isWholeBlock(gpa: number): boolean {
    return this.wholeBlocks[(gpa - this.guest.value) / SUPERPAGE] ?? false;
  }

  private isInOnePiece(first: number): boolean {
    const base = this.hostFrames[first];
    if (base === undefined || base % FRAMES_PER_BLOCK !== 0) return false;
    for (let frame = 1; frame < FRAMES_PER_BLOCK; frame++)
      if (this.hostFrames[first + frame] !== base + frame) return false;
    return true;
  }
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
