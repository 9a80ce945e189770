import type { PhysicalMemory } from '../../core/index';
import type { DmaSpace } from '../../devices/dma';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../../machine/memory-map';
import { FRAME, SUPERPAGE } from '../../mmu/address';
import type { P2m } from './p2m';

/**
 * A VM's memory by guest-physical address, as its guest, its devices and whoever serves it reach it. All that is written there and not by
 * the guest's own instructions goes through here.
 */
export class GuestMemory implements DmaSpace {
  constructor(
    private readonly ram: PhysicalMemory,
    readonly p2m: P2m,
  ) {}

  /** Whether an address is M-mode's, the firmware's memory or the CLINT: an access fault for the guest, whatever is there. */
  belongsToFirmware(gpa: number): boolean {
    return isWithin(FIRMWARE_MEMORY, gpa) || isWithin(MEMORY_MAP.clint, gpa);
  }

  /** The machine address of RAM that the guest itself may use. */
  hostPhysical(gpa: number): number | undefined {
    return this.belongsToFirmware(gpa) ? undefined : this.p2m.toHost(gpa);
  }

  /** Whether the 2 MiB around an address are the guest's, in one aligned block of machine memory. */
  isWholeBlock(gpa: number): boolean {
    const block = gpa - (gpa % SUPERPAGE);
    return this.hostPhysical(block) !== undefined && this.p2m.isWholeBlock(block);
  }

  /** Whether `length` bytes are RAM that the guest itself may use. */
  contains(gpa: number, length: number): boolean {
    return length <= this.p2m.size && this.eachFrame(gpa, length, () => undefined);
  }

  /** Bytes of guest memory, frame by frame through the P2M; undefined when any of them is not the guest's. */
  read(gpa: number, length: number): Uint8Array | undefined {
    if (length > this.p2m.size) return undefined;
    const bytes = new Uint8Array(length);
    const complete = this.eachFrame(gpa, length, (hpa, at, count) => bytes.set(this.ram.read(hpa, count), at));
    return complete ? bytes : undefined;
  }

  /** All bytes or none. @returns whether all of it was the guest's */
  write(gpa: number, bytes: Uint8Array): boolean {
    if (!this.eachFrame(gpa, bytes.length, () => undefined)) return false;
    return this.eachFrame(gpa, bytes.length, (hpa, at, count) => this.ram.write(hpa, bytes.subarray(at, at + count)));
  }

  /** All of it becomes zero, the firmware's part included. */
  clear(): void {
    const { guest, size } = this.p2m;
    for (let gpa = guest.value; gpa < guest.value + size; gpa += FRAME) {
      const hpa = this.p2m.toHost(gpa);
      if (hpa !== undefined) this.ram.fill(hpa, FRAME, 0);
    }
  }

  /** An aligned word; undefined where it is not the guest's. */
  read32(gpa: number): number | undefined {
    const hpa = this.hostPhysical(gpa);
    return hpa === undefined ? undefined : this.ram.read32(hpa);
  }

  /** An aligned half of a word, of an instruction; undefined where it is not the guest's. */
  read16(gpa: number): number | undefined {
    const hpa = this.hostPhysical(gpa);
    return hpa === undefined ? undefined : this.ram.read16(hpa);
  }

  /** Sets bits of an aligned word that is the guest's. */
  setBits32(gpa: number, bits: number): void {
    const hpa = this.hostPhysical(gpa);
    if (hpa !== undefined) this.ram.write32(hpa, this.ram.read32(hpa) | bits);
  }

  private eachFrame(gpa: number, length: number, visit: (hpa: number, at: number, count: number) => void): boolean {
    for (let at = 0; at < length; ) {
      const address = gpa + at;
      const hpa = this.hostPhysical(address);
      if (hpa === undefined) return false;
      const count = Math.min(length - at, FRAME - (address % FRAME));
      visit(hpa, at, count);
      at += count;
    }
    return true;
  }
}

const isWithin = ({ base, size }: { base: number; size: number }, address: number): boolean =>
  address >= base && address < base + size;
