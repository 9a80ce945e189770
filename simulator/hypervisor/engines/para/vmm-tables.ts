import { FRAME, SUPERPAGE } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { FrameRange } from '../../memory/frame-table';
import type { P2m } from '../../memory/p2m';
import { pteOf, type TableMemory } from '../../memory/table-memory';
import { VMM_SLOT } from './direct-paging';

const ENTRIES = 512;
/** What one entry of a root maps. */
const SLOT_BYTES = ENTRIES * SUPERPAGE;
/** Machine memory ends here at the latest: addresses have 32 bits. */
const MACHINE_END = 2 ** 32;
const MACHINE_BEGIN = 0x80000000;
const M2P_ENTRY = 8;
/** A page of the map back covers so much machine memory: 512 frames, 2 MiB. */
const COVERED_BY_PAGE = (FRAME / M2P_ENTRY) * FRAME;
const MOST_M2P_PAGES = (MACHINE_END - MACHINE_BEGIN) / COVERED_BY_PAGE;
const M2P_TABLES = MOST_M2P_PAGES / ENTRIES;
/** In the middle of the VMM's slot. */
const M2P_INDEX = ENTRIES / 2;

const KERNEL_TABLE = 0;
const USER_TABLE = 1;
const ZERO_PAGE = 2;
const FIRST_M2P_TABLE = 3;
const FIRST_M2P_PAGE = FIRST_M2P_TABLE + M2P_TABLES;

/** Frames that the VMM needs of a VM, at the most. */
export const VMM_FRAMES = FIRST_M2P_PAGE + MOST_M2P_PAGES;

/** Sv39's upper half: the slot is its last one. */
const SLOT_VA = 2n ** 64n - BigInt(SLOT_BYTES) * BigInt(ENTRIES - VMM_SLOT);

/** Where the guest's kernel reads the map from machine frames to its own. */
export const M2P_VA = SLOT_VA + BigInt(M2P_INDEX * SUPERPAGE);
/** The machine address of the first frame of that map. */
export const M2P_FIRST = MACHINE_BEGIN;

/**
 * What every root of a VM has in its last entry: the VMM's own memory, which no guest reaches (U=0), since a hart without the H extension traps into
 * the address space that it is in; and for the kernel the map back from machine frames, to be read.
 */
export class VmmTables {
  /** @param range `VMM_FRAMES` frames of the VMM's @param vmm machine address of the VMM's memory, a multiple of 2 MiB */
  constructor(
    private readonly ram: TableMemory,
    private readonly range: FrameRange,
    private readonly vmm: number,
  ) {}

  /** The VMM's entry in roots of a kind. */
  entry(of: 'kernel' | 'user'): { readonly low: number; readonly high: number } {
    return pteOf(this.frame(of === 'kernel' ? KERNEL_TABLE : USER_TABLE), Pte.V);
  }

  /** Frames that the hardware walks, and the pages of the map. */
  get tables(): readonly number[] {
    const maps = Array.from({ length: M2P_TABLES }, (_, table) => this.frame(FIRST_M2P_TABLE + table));
    return [this.frame(KERNEL_TABLE), this.frame(USER_TABLE), ...maps];
  }

  /** Whether a machine address is in the map's pages, which the kernel may read. */
  isMap(hpa: number): boolean {
    const frame = Math.floor((hpa - this.range.base) / FRAME);
    return frame === ZERO_PAGE || (frame >= FIRST_M2P_PAGE && frame < this.range.frames);
  }

  /** All of it anew, by what the VM has. */
  write(p2m: P2m): void {
    const { ram, range } = this;
    ram.clear(range.base, range.frames * FRAME);
    for (const table of [KERNEL_TABLE, USER_TABLE])
      this.put(this.frame(table), 0, this.vmm, Pte.V | Pte.R | Pte.W | Pte.X | Pte.A | Pte.D);
    for (let table = 0; table < M2P_TABLES; table++)
      this.put(this.frame(KERNEL_TABLE), M2P_INDEX + table, this.frame(FIRST_M2P_TABLE + table), Pte.V);
    for (let page = 0; page < MOST_M2P_PAGES; page++) this.mapPage(page, ZERO_PAGE);
    p2m.eachFrame((hpa, gpa) => this.set(hpa, gpa));
  }

  /**
   * A frame of machine memory is the guest's at an address, or, with 0, not any more.
   * @returns whether another page of the map is where it was read from up to now
   */
  set(hpa: number, gpa: number): boolean {
    const page = Math.floor((hpa - M2P_FIRST) / COVERED_BY_PAGE);
    const frame = FIRST_M2P_PAGE + page;
    const isMoved = this.mapPage(page, frame);
    const at = this.frame(frame) + (((hpa - M2P_FIRST) % COVERED_BY_PAGE) / FRAME) * M2P_ENTRY;
    this.ram.write32(at, gpa | 0);
    this.ram.write32(at + 4, 0);
    return isMoved;
  }

  /** @returns whether it was another one */
  private mapPage(page: number, frame: number): boolean {
    const table = this.frame(FIRST_M2P_TABLE + Math.floor(page / ENTRIES));
    const before = this.ram.read32(table + (page % ENTRIES) * 8);
    this.put(table, page % ENTRIES, this.frame(frame), Pte.V | Pte.R | Pte.U | Pte.A);
    return before !== this.ram.read32(table + (page % ENTRIES) * 8);
  }

  private put(table: number, index: number, hpa: number, flags: number): void {
    const { low, high } = pteOf(hpa, flags);
    this.ram.write32(table + index * 8, low);
    this.ram.write32(table + index * 8 + 4, high);
  }

  private frame(number: number): number {
    return this.range.base + number * FRAME;
  }
}
