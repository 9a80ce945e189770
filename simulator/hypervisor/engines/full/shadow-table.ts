import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { FRAME } from '../../../mmu/address';
import { Pte, tableIndex } from '../../../mmu/index';
import { flag, upTo } from '../../../schema/state/fields';
import type { FramePool } from '../../memory/frame-pool';
import type { FrameRange } from '../../memory/frame-table';
import { poolFrames } from '../../memory/pool-frames';
import { checkTree } from '../../memory/table-check';
import { pteAddress, pteOf, type TableMemory } from '../../memory/table-memory';

export interface ShadowLeaf {
  /** Machine address of the entry. */
  readonly entry: number;
  /** 0: 4 KiB, 1: 2 MiB. */
  readonly level: number;
  readonly low: number;
  readonly high: number;
}

export interface MappedLeaf extends ShadowLeaf {
  readonly va: number;
}

/** Whether a leaf is a piece of a larger page of the guest's. */
export const isPiece = (leaf: ShadowLeaf): boolean => (leaf.low & SPLIT_MASK) !== 0;

const ROOT_LEVEL = 2;
const ENTRIES = 512;
/** Bits 9:8 are software's: here the level of the guest's leaf from which the entry comes, when that page is larger than the entry. */
const SPLIT_SHIFT = 8;
const SPLIT_MASK = 3 << SPLIT_SHIFT;

/** Frames are those of a pool, by their numbers in it. */
export const tableState = (pool: FrameRange) =>
  ObjectOf({
    root: upTo(pool.frames - 1),
    /** Of the tables below the root. */
    frames: poolFrames(pool),
    /** Whether there are parts of guest pages of 2 MiB, and of 1 GiB. */
    splitLarge: flag,
    splitHuge: flag,
  });
type TableState = Static<ReturnType<typeof tableState>>;

/**
 * One Sv39 table in machine memory that the hardware walks in a guest's stead. It maps GVA to HPA for one of the guest's address
 * spaces as seen by one virtual privilege (see `shadow-space.ts`).
 */
export class ShadowTable {
  /** Frames of the tables below the root. */
  private readonly frames: number[] = [];
  /** Whether entries exist that are parts of larger guest pages of this level: a fence of one address must find them all. */
  private readonly hasSplit: [boolean, boolean, boolean] = [false, false, false];

  constructor(
    private readonly memory: TableMemory,
    /** Machine address of the root table. */
    readonly root: number,
  ) {}

  /** What is not in the table itself. @param pool of which its frames are */
  state(pool: FramePool): TableState {
    const [, splitLarge, splitHuge] = this.hasSplit;
    return { root: pool.numberOf(this.root), frames: pool.numbersOf(this.frames), splitLarge, splitHuge };
  }

  restore({ frames, splitLarge, splitHuge }: TableState, pool: FramePool): void {
    this.frames.splice(0, this.frames.length, ...pool.addressesOf(frames));
    this.hasSplit[1] = splitLarge;
    this.hasSplit[2] = splitHuge;
  }

  /** @throws RangeError where the tables are not this one's: see `checkTree` */
  check(): void {
    checkTree(this.memory, { address: this.root, entries: ENTRIES, level: ROOT_LEVEL }, this.frames);
  }

  get frameCount(): number {
    return this.frames.length + 1;
  }

  get tableFrames(): readonly number[] {
    return [this.root, ...this.frames];
  }

  /** The leaf that translates an address, if there is one. */
  find(low: number, high: number): ShadowLeaf | undefined {
    let table = this.root;
    for (let level = ROOT_LEVEL; level >= 0; level--) {
      const entry = table + tableIndex(low, high, level) * 8;
      const pteLow = this.memory.read32(entry);
      if (!(pteLow & Pte.V)) return undefined;
      const pteHigh = this.memory.read32(entry + 4);
      if (pteLow & (Pte.R | Pte.W | Pte.X)) return { entry, level, low: pteLow, high: pteHigh };
      table = pteAddress(pteLow, pteHigh);
    }
    return undefined;
  }

  /**
   * Writes the leaf of an address.
   * @param allocate gives a frame for a table that is missing
   * @param guestLevel level of the guest's leaf; above `level` when a large guest page is filled piece by piece
   * @returns what stood there before
   */
  fill(
    low: number,
    high: number,
    level: number,
    guestLevel: number,
    hpa: number,
    flags: number,
    allocate: () => number,
  ): ShadowLeaf {
    let table = this.root;
    for (let at = ROOT_LEVEL; at > level; at--) {
      const entry = table + tableIndex(low, high, at) * 8;
      const pteLow = this.memory.read32(entry);
      if (pteLow & Pte.V && !(pteLow & (Pte.R | Pte.W | Pte.X))) {
        table = pteAddress(pteLow, this.memory.read32(entry + 4));
        continue;
      }
      // Nothing here, or a large leaf that gives way to smaller ones.
      table = allocate();
      this.frames.push(table);
      this.writeEntry(entry, table, Pte.V);
    }
    const entry = table + tableIndex(low, high, level) * 8;
    const before = { entry, level, low: this.memory.read32(entry), high: this.memory.read32(entry + 4) };
    const split = guestLevel > level ? guestLevel : 0;
    if (split === 1 || split === 2) this.hasSplit[split] = true;
    this.writeEntry(entry, hpa, flags | (split << SPLIT_SHIFT));
    return before;
  }

  /** Takes away every leaf that may come from the guest's page at an address. @returns the leaves as they were */
  dropAddress(low: number, high: number): ShadowLeaf[] {
    const dropped: ShadowLeaf[] = [];
    const leaf = this.find(low, high);
    if (leaf) dropped.push(this.dropLeaf(leaf));
    for (const level of [1, 2] as const) {
      if (this.hasSplit[level]) this.dropSplit(low, high, level, dropped);
    }
    return dropped;
  }

  /** Takes away every leaf that leads to one of these frames, by their machine addresses. @returns the leaves as they were */
  dropFrames(gone: ReadonlySet<number>): MappedLeaf[] {
    const dropped = this.leaves().filter(({ low, high, level }) => {
      const first = pteAddress(low, high);
      if (level === 0) return gone.has(first);
      return [...gone].some((frame) => frame >= first && frame < first + FRAME * 512 ** level);
    });
    for (const leaf of dropped) this.dropLeaf(leaf);
    return dropped;
  }

  /** Takes away everything; the root stays. @param release takes back the frames below it */
  clear(release: (frame: number) => void): void {
    for (const frame of this.frames) release(frame);
    this.frames.length = 0;
    this.hasSplit[1] = this.hasSplit[2] = false;
    this.memory.clear(this.root, FRAME);
  }

  /** Every leaf, with the first address that it maps (bits 38:0), in order of address. */
  leaves(): MappedLeaf[] {
    const found: MappedLeaf[] = [];
    this.collectLeaves(this.root, ROOT_LEVEL, 0, found);
    return found;
  }

  private collectLeaves(table: number, level: number, va: number, found: MappedLeaf[]): void {
    for (let index = 0; index < ENTRIES; index++) {
      const entry = table + index * 8;
      const low = this.memory.read32(entry);
      if (!(low & Pte.V)) continue;
      const high = this.memory.read32(entry + 4);
      const first = va + index * FRAME * 512 ** level;
      if (low & (Pte.R | Pte.W | Pte.X)) found.push({ entry, level, low, high, va: first });
      else if (level > 0) this.collectLeaves(pteAddress(low, high), level - 1, first, found);
    }
  }

  /** Drops the pieces of the guest's page of `level` around an address. */
  private dropSplit(low: number, high: number, level: 1 | 2, dropped: ShadowLeaf[]): void {
    let table = this.root;
    for (let at = ROOT_LEVEL; at >= level; at--) {
      const entry = table + tableIndex(low, high, at) * 8;
      const pteLow = this.memory.read32(entry);
      if (!(pteLow & Pte.V) || pteLow & (Pte.R | Pte.W | Pte.X)) return;
      table = pteAddress(pteLow, this.memory.read32(entry + 4));
    }
    const pieces: MappedLeaf[] = [];
    this.collectLeaves(table, level - 1, 0, pieces);
    for (const leaf of pieces) {
      if ((leaf.low & SPLIT_MASK) >>> SPLIT_SHIFT === level) dropped.push(this.dropLeaf(leaf));
    }
  }

  private dropLeaf(leaf: ShadowLeaf): ShadowLeaf {
    this.writeEntry(leaf.entry, 0, 0);
    return leaf;
  }

  private writeEntry(entry: number, hpa: number, flags: number): void {
    const { low, high } = pteOf(hpa, flags);
    this.memory.write32(entry, low);
    this.memory.write32(entry + 4, high);
  }
}
