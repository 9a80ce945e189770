import type { PhysicalMemory } from '../../core/index';
import type { DmaSpace } from '../../devices/dma';
import { MEMORY_MAP, type MemoryRange } from '../../machine/memory-map';
import { FRAME, SUPERPAGE } from '../../mmu/address';
import type { FrameSource, Lack } from './demand';
import type { P2m } from './p2m';

/**
 * A VM's memory by guest-physical address, as its guest, its devices and whoever serves it reach it. All that is written there and not by
 * the guest's own instructions goes through here. A hole, which has no frame yet, reads as zeros.
 */
export class GuestMemory implements DmaSpace {
  /** First addresses of frames into which something was placed, while that is of interest. */
  private placed: Set<number> | undefined;
  /** Of frames that somebody watches as long as the VM lives. */
  private readonly held = new Set<number>();
  private isProtected: (hpa: number) => boolean = () => false;

  /**
   * @param firmware what of it is the firmware's
   * @param source where holes get their frames; absent where there are none
   * @param lacked called when what is to be written finds no frame
   */
  constructor(
    private readonly ram: PhysicalMemory,
    readonly p2m: P2m,
    private readonly firmware: MemoryRange,
    private readonly source?: FrameSource,
    private readonly lacked: (why: Lack) => void = () => undefined,
  ) {}

  /** Nothing is written to certain frames but by who says which: the page tables of a guest, which the hardware walks as they are. */
  protect(isProtected: (hpa: number) => boolean): void {
    this.isProtected = isProtected;
  }

  /** Whether it gets its frames as it touches them. */
  get isOnDemand(): boolean {
    return this.source !== undefined;
  }

  /** Bytes of machine memory that it is. */
  get taken(): number {
    return this.p2m.frameCount * FRAME;
  }

  /** The most that it has been. */
  get peak(): number {
    return this.source ? this.source.peak * FRAME : this.taken;
  }

  /** Whether an address is M-mode's, the firmware's memory or the CLINT: an access fault for the guest, whatever is there. */
  belongsToFirmware(gpa: number): boolean {
    return isWithin(this.firmware, gpa) || isWithin(MEMORY_MAP.clint, gpa);
  }

  /** The machine address of RAM that the guest itself may use; undefined of a hole. */
  hostPhysical(gpa: number): number | undefined {
    return this.belongsToFirmware(gpa) ? undefined : this.p2m.toHost(gpa);
  }

  /** Whether it is RAM that the guest itself may use, and has no frame yet. */
  isHole(gpa: number): boolean {
    return this.source !== undefined && this.isGuests(gpa) && this.p2m.toHost(gpa) === undefined;
  }

  /** Holes get frames. @returns why not */
  populate(gpa: number, length = 1): Lack | undefined {
    const { source } = this;
    let lack: Lack | undefined;
    if (source && length <= this.p2m.size)
      eachFrame(gpa, length, (page) => {
        lack = this.isHole(page) ? source.populate(page) : undefined;
        return lack === undefined;
      });
    return lack;
  }

  /** What is to be written finds memory: holes there get frames. @returns whether they have; else the VM's host knows that it lacks some */
  prepare(gpa: number, length: number): boolean {
    const lack = this.populate(gpa, length);
    if (lack) this.lacked(lack);
    return lack === undefined;
  }

  /** Whether the 2 MiB around an address are the guest's, in one aligned block of machine memory. */
  isWholeBlock(gpa: number): boolean {
    const block = gpa - (gpa % SUPERPAGE);
    return this.hostPhysical(block) !== undefined && this.p2m.isWholeBlock(block);
  }

  /** Whether `length` bytes are RAM that the guest itself may use. */
  contains(gpa: number, length: number): boolean {
    return length <= this.p2m.size && eachFrame(gpa, length, (page) => this.isGuests(page));
  }

  /** Bytes of guest memory, frame by frame through the P2M; undefined when any of them is not the guest's. */
  read(gpa: number, length: number): Uint8Array | undefined {
    return this.contains(gpa, length) ? this.copyOf(gpa, length) : undefined;
  }

  /** All bytes or none. @returns whether all of it was the guest's, and found memory */
  write(gpa: number, bytes: Uint8Array): boolean {
    return this.contains(gpa, bytes.length) && this.put(gpa, bytes);
  }

  /** As `read`, the firmware's part included. */
  peek(gpa: number, length: number): Uint8Array | undefined {
    return this.isRam(gpa, length) ? this.copyOf(gpa, length) : undefined;
  }

  /** As `write`, the firmware's part included where that is memory: for what is put there from outside. */
  place(gpa: number, bytes: Uint8Array): boolean {
    if (!this.isRam(gpa, bytes.length) || !this.put(gpa, bytes)) return false;
    eachFrame(gpa, bytes.length, (page) => {
      this.placed?.add(page - (page % FRAME));
      return true;
    });
    return true;
  }

  /** Somebody watches machine memory for the guest's as long as the VM lives. @returns its address; undefined where there is none */
  hold(gpa: number): number | undefined {
    if (!this.prepare(gpa, 1)) return undefined;
    this.held.add(gpa - (gpa % FRAME));
    return this.hostPhysical(gpa);
  }

  /** All of it becomes zero, the firmware's part included. */
  clear(): void {
    this.p2m.eachFrame((hpa) => this.ram.clear(hpa, FRAME));
  }

  /** Gives back what it can get anew, but for what a beginning puts into it. */
  beginAgain<Result>(begin: () => Result): Result {
    const placed = new Set<number>();
    this.placed = placed;
    const result = begin();
    this.placed = undefined;
    this.source?.giveBack((page) => placed.has(page) || this.held.has(page) || this.source?.isUsed(page) === true);
    return result;
  }

  /** Gives back what it can get anew: all of it. */
  giveBack(): void {
    this.source?.giveBack();
  }

  /** An aligned word; undefined where it is not the guest's. */
  read32(gpa: number): number | undefined {
    const hpa = this.hostPhysical(gpa);
    if (hpa === undefined) return this.isHole(gpa) ? 0 : undefined;
    return this.ram.read32(hpa);
  }

  /** An aligned half of a word, of an instruction; undefined where it is not the guest's. */
  read16(gpa: number): number | undefined {
    const hpa = this.hostPhysical(gpa);
    if (hpa === undefined) return this.isHole(gpa) ? 0 : undefined;
    return this.ram.read16(hpa);
  }

  /** Sets bits of an aligned word that is the guest's. */
  setBits32(gpa: number, bits: number): void {
    const hpa = this.hostPhysical(gpa);
    if (hpa !== undefined && !this.isProtected(hpa)) this.ram.write32(hpa, this.ram.read32(hpa) | bits);
  }

  private isGuests(gpa: number): boolean {
    return this.p2m.contains(gpa) && !this.belongsToFirmware(gpa);
  }

  private isRam(gpa: number, length: number): boolean {
    return length <= this.p2m.size && eachFrame(gpa, length, (page) => this.p2m.contains(page));
  }

  private copyOf(gpa: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    eachFrame(gpa, length, (page, at, count) => {
      const hpa = this.p2m.toHost(page);
      if (hpa !== undefined) bytes.set(this.ram.peek(hpa, count), at);
      return true;
    });
    return bytes;
  }

  private put(gpa: number, bytes: Uint8Array): boolean {
    if (!this.prepare(gpa, bytes.length)) return false;
    if (!eachFrame(gpa, bytes.length, (page) => !this.isProtected(this.p2m.toHost(page) ?? 0))) return false;
    // Of the firmware's part there is none where memory comes as it is touched.
    if (this.source && !eachFrame(gpa, bytes.length, (page) => this.p2m.toHost(page) !== undefined)) return false;
    return eachFrame(gpa, bytes.length, (page, at, count) => {
      const hpa = this.p2m.toHost(page);
      if (hpa !== undefined) this.ram.write(hpa, bytes.subarray(at, at + count));
      return true;
    });
  }
}

/**
 * Bytes frame by frame, since frames side by side need not be so in machine memory.
 * @param visit is given an address, and how many bytes from it are those from `at` up
 * @returns whether it was so of every one; the first of which it is not is the last that is visited
 */
function eachFrame(
  gpa: number,
  length: number,
  visit: (address: number, at: number, count: number) => boolean,
): boolean {
  for (let at = 0; at < length; ) {
    const address = gpa + at;
    const count = Math.min(length - at, FRAME - (address % FRAME));
    if (!visit(address, at, count)) return false;
    at += count;
  }
  return true;
}

const isWithin = ({ base, size }: MemoryRange, address: number): boolean => address >= base && address < base + size;
