import { FRAME } from '../../mmu/address';
import type { Allotment } from './allotment';
import type { FrameTable } from './frame-table';
import type { GuestMemory } from './guest-memory';
import type { GuestFrame, Lack } from './host-memory';

/** Why a frame cannot go: there is no memory of the guest's, or somebody relies on what is there. */
export type GiveRefusal = 'not-memory' | 'held';

/** Why a frame cannot come: there is no place for memory, or memory already; or none is to be had. */
export type TakeRefusal = 'no-hole' | Lack;

/** A VM as its memory goes and comes. */
export interface Ballooned {
  readonly memory: GuestMemory;
  readonly allotment: Allotment;
  /** Of its host. */
  readonly frames: Pick<FrameTable, 'info'>;
  /** Whether frames will be free without that a VM does anything. */
  framesWillCome(): boolean;
  /** Its frames become holes and go back to the host; nothing leads to them from now on. */
  takeBack(frames: readonly GuestFrame[]): void;
  /** It has got a frame. */
  filled(frame: GuestFrame): void;
  /** What stands in its guest's list for a frame that it has got; undefined where that stays as it was. */
  listEntryOf(frame: GuestFrame): bigint | undefined;
  /** Whether somebody but its guest uses the memory at an address, as long as the guest has it so. */
  isShared(gpa: number): boolean;
}

/** The frames that a guest gives back to its host and gets again, one by one: by hypercalls, or by a device. */
export class Balloon {
  constructor(private readonly vm: Ballooned) {}

  get allotment(): Allotment {
    return this.vm.allotment;
  }

  /** Whether a touch is enough to have memory where there is none. */
  get isOnDemand(): boolean {
    return this.vm.memory.isOnDemand;
  }

  /** Frames of its memory beside the firmware's, those that it has not included. */
  get places(): number {
    return this.vm.memory.places;
  }

  /** Whether frames will come without that a VM does anything. */
  get framesWillCome(): boolean {
    return this.vm.framesWillCome();
  }

  /** The frame of the machine at an address; undefined of a hole. */
  frameAt(gpa: number): GuestFrame | undefined {
    const [frame] = this.vm.memory.framesAt([gpa]);
    return frame;
  }

  /** Why the frame at an address cannot go; undefined where it can. */
  giveRefusal(gpa: number): GiveRefusal | undefined {
    const { memory, frames } = this.vm;
    if (gpa % FRAME !== 0 || !memory.contains(gpa, FRAME)) return 'not-memory';
    const frame = this.frameAt(gpa);
    const isReferred = frame !== undefined && (frames.info(frame.hpa)?.references ?? 0) > 0;
    return isReferred || memory.isHeld(gpa) || this.vm.isShared(gpa) ? 'held' : undefined;
  }

  /** Frames go back to the host. @param pages their addresses, each once, none of which is refused */
  give(pages: readonly number[]): void {
    const frames = this.vm.memory.framesAt(pages);
    if (frames.length > 0) this.vm.takeBack(frames);
    this.allotment.moved('gave', pages.length);
  }

  /** The hole at an address gets a frame. @returns why not */
  take(gpa: number): TakeRefusal | undefined {
    const { memory, allotment } = this.vm;
    if (gpa % FRAME !== 0 || !memory.hasPlace(gpa) || this.frameAt(gpa)) return 'no-hole';
    const lack = memory.count >= allotment.bounds.maximum ? 'limit' : memory.acquire(gpa);
    if (lack) return lack;
    const frame = this.frameAt(gpa);
    if (frame) this.vm.filled(frame);
    allotment.moved('took', 1);
    return undefined;
  }

  /** What stands in a guest's list for a frame that it has got; undefined where that stays as it was. */
  listEntryOf(gpa: number): bigint | undefined {
    const frame = this.frameAt(gpa);
    return frame && this.vm.listEntryOf(frame);
  }
}
